//! What a key package can be made to be.
