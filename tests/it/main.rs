

mod media;
mod shared;
