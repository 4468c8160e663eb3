-- What became of each e-mail, as SES reports it.
CREATE TABLE email_events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    inquiry_id uuid REFERENCES inquiries ON DELETE SET NULL,
    message_id text NOT NULL,
    recipient text NOT NULL,
    event text NOT NULL CHECK (event IN ('queued', 'sent', 'delivered', 'bounced', 'complained', 'failed')),
    detail jsonb NOT NULL DEFAULT '{}',
    occurred_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (message_id, recipient, event)
);
CREATE INDEX email_events_by_inquiry ON email_events (inquiry_id, occurred_at DESC);
