"""What a role, a user, a service or an identity provider may do, from the policies of a known run."""
