"""Who has accepted which version of the bank's terms, and what waits until then.

Always true: joining accepts the version in force; whoever has not accepted a newer one reaches
nobody new (`access.OnTerms` on each such route), but reads, finishes what is agreed, and leaves.
"""
