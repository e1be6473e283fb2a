//! Reports as readers, browsers and attackers meet them.
