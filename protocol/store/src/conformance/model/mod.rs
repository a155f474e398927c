//! Random calls against a model that is too simple to be wrong.

mod calls;
mod plain;

pub use calls::random_calls_answer_as_the_model_says;
