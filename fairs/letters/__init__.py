"""Letters of invitation and for visas: texts in versions, a gap-free register, the check by a consulate."""
