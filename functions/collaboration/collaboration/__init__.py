"""Editing a page together: one library, served by Lambda functions behind API Gateway or by a WebSocket server."""
