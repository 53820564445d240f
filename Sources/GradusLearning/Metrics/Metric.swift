// SPDX-License-Identifier: Apache-2.0

/// A number that says how good a model is, under the name it is known by.
public struct Metric: Sendable, Codable, Hashable, CustomStringConvertible {
  public var name: String
  public var value: Double
  /// Whether more is better.
  public var isBetterHigher: Bool

  public init(_ name: String, _ value: Double, isBetterHigher: Bool) {
    self.name = name
    self.value = value
    self.isBetterHigher = isBetterHigher
  }

  public var description: String { "\(name) \(value)" }
}
