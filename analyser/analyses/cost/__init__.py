"""What a stack costs a month, from its graph, a snapshot of AWS's prices and stated assumptions.

On-demand prices in USD before tax, 730 hours a month, without commitments. Free tiers are left out: an account has them
once, whatever else it runs. See services/ for what each type of resource is billed by.
"""
