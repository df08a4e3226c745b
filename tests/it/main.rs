mod media;
mod shared;
