"""The demo shop: real baskets of a public data set; what no basket tells is made up, and called synthetic."""
