// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// What a call of a language model gave: a value for each output of its signature.
public struct Prediction: Sendable, Hashable, CustomStringConvertible {
  /// In the order of the signature.
  public var values: [JSONValue.Member]
  public var usage: TokenUsage

  public init(_ values: [JSONValue.Member], usage: TokenUsage = TokenUsage()) {
    self.values = values
    self.usage = usage
  }

  /// The value of an output; nil where there is none of this name.
  public subscript(name: String) -> JSONValue? { values.first { $0.name == name }?.value }

  /// An output as text: texts as they are, others as JSON; empty where there is none.
  public func text(_ name: String) -> String { self[name].map(Self.text) ?? "" }

  static func text(_ value: JSONValue) -> String { value.text ?? value.description }

  /// One output a line, which is what an advisor is shown.
  public var description: String {
    values.count == 1
      ? Self.text(values[0].value) : values.map { "\($0.name): \(Self.text($0.value))" }.joined(separator: "\n")
  }
}
