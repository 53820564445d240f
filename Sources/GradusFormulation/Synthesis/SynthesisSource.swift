// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Where statements for pairs come from.
public protocol SynthesisSource: Sendable {
  /// What the draw of a number is called, whatever comes of it: a family or a category.
  func family(_ number: Int) -> String
  /// The statement of a number with words that say it by construction; nil where none came that is as wanted. The same number and
  /// stream give the same.
  func draw(_ number: Int, _ stream: RandomStream) async throws -> SynthesisDraw?
}
