"""Who may call the REST and the WebSocket API: tokens, and the policies that follow from them."""
