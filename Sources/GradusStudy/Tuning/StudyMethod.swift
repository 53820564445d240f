// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// The search method of a study, opened without its types.
public struct StudyMethod: Sendable {
  /// As the catalog lists it.
  public var name: String
  /// Why it was chosen; empty where somebody named it.
  public var reasons: [String]
  /// Whether it may be asked again before it has been told.
  public var isParallel: Bool
  /// A run of it from the beginning.
  public var open: @Sendable (SearchProblem, _ seed: UInt64) throws -> any ErasedRun

  /// A method that `open` opens, answered from outside.
  public init(
    name: String, reasons: [String] = [], isParallel: Bool,
    open: @escaping @Sendable (SearchProblem, _ seed: UInt64) throws -> any ErasedRun
  ) {
    self.name = name
    self.reasons = reasons
    self.isParallel = isParallel
    self.open = open
  }
}
