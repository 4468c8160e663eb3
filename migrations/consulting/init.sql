-- Inquiries of clients, the reports written for them, and what happened to both.
CREATE TABLE inquiries (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text NOT NULL,
    email text NOT NULL,
    company text,
    services text[] NOT NULL DEFAULT '{}',
    message text NOT NULL,
    status text NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'in_progress', 'answered', 'closed')),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX inquiries_by_status ON inquiries (status, created_at DESC);

CREATE TABLE reports (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    inquiry_id uuid NOT NULL REFERENCES inquiries ON DELETE CASCADE,
    title text NOT NULL,
    content text NOT NULL,
    model_id text,
    status text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'reviewed', 'sent')),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX reports_by_inquiry ON reports (inquiry_id);

CREATE TABLE activities (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    inquiry_id uuid NOT NULL REFERENCES inquiries ON DELETE CASCADE,
    kind text NOT NULL,
    detail jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX activities_by_inquiry ON activities (inquiry_id, created_at DESC);
