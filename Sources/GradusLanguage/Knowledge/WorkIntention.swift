// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// What is there, what is wanted, and in what circumstances.
public struct WorkIntention: Sendable, Codable, Hashable {
  /// Types that are given.
  public var inputs: [String]
  /// Types that are wanted.
  public var outputs: [String]
  /// In words.
  public var context: String

  public init(inputs: [String], outputs: [String], context: String = "") {
    self.inputs = inputs
    self.outputs = outputs
    self.context = context
  }

  /// As a model is shown it.
  var text: String {
    "given \(inputs.joined(separator: ", ")), give \(outputs.joined(separator: ", ")). \(context)".trimmed
  }
}
