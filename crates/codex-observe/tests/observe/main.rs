//! Pure function: what is made of the facts, without any request.

mod diagnosis;
mod facts;
mod fan_out;
mod no_secrets;
mod tags;
mod visit;
