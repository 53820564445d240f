// SPDX-License-Identifier: Apache-2.0
public import GradusModeling
public import GradusNumerics

/// A class of problems of which instances are drawn, stated in five elements, told in words, and given other data.
///
/// **Law** What `words` tells holds every number of the statement's parameters and what is decided, wanted and required; nothing in it
/// depends on anything but the statement and the stream. `resampled` changes numbers alone, and a statement that has an optimum keeps
/// one.
public protocol InstanceFamily: Sendable {
  /// As `knapsack`, for people and commands.
  var name: String { get }

  /// A statement with about `size` variables that has a finite optimum. `difficulty` from 0, where it is found at once, to 1.
  func statement(size: Int, difficulty: Double, _ stream: inout RandomStream) -> FiveElementStatement

  /// The same statement with other numbers in its parameters.
  func resampled(_ statement: FiveElementStatement, _ stream: inout RandomStream) -> FiveElementStatement

  /// The problem as a person would tell it, without formulas; the stream chooses names and wordings.
  func words(_ statement: FiveElementStatement, _ stream: inout RandomStream) -> String
}
