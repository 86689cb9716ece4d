//! Other clients' packages, good ones and each kind of bad one.
