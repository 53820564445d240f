// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// An example that a call of a language model is shown: texts of its input and output fields.
public struct Demonstration: Sendable, Codable, Hashable {
  /// By the name of the field.
  public var values: [String: String]

  public init(_ values: [String: String]) { self.values = values }

  /// As it is saved; names in order.
  public var json: JSONValue {
    .object(values.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, .string($0.value)) })
  }

  /// nil for anything but an object of texts and numbers.
  public init?(json: JSONValue) {
    guard let members = json.members else { return nil }
    values = [:]
    for member in members {
      guard let text = member.value.text ?? (member.value.double != nil ? member.value.description : nil) else {
        return nil
      }
      values[member.name] = text
    }
  }
}

/// What a call of a language model was given and what it answered.
public struct PredictorCall: Sendable, Codable, Hashable {
  /// The name of the predictor.
  public var predictor: String
  public var values: Demonstration

  public init(_ predictor: String, _ values: Demonstration) {
    self.predictor = predictor
    self.values = values
  }
}
