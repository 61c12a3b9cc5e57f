mod boundary;
mod hostile;
mod limits;
