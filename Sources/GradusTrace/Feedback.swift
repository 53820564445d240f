// SPDX-License-Identifier: Apache-2.0

/// Something that can be said about a value and travels backwards: a cotangent, a critique, a set of causes.
///
/// A value with several users hears from each of them; `merge` makes one note of two. It is called in the order of the
/// walk (later users first), so it need not be commutative for the result to be reproducible.
public protocol Feedback {
  /// Takes `other` in.
  mutating func merge(_ other: consuming Self)
}

extension Double: Feedback {
  /// Cotangents add.
  public mutating func merge(_ other: consuming Double) { self += other }
}

extension Float: Feedback {
  /// Cotangents add.
  public mutating func merge(_ other: consuming Float) { self += other }
}
