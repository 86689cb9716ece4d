//! Credentials of both types and of each suite.
