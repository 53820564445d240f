// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// A trial that this process tries.
public struct OpenTrial: Sendable, Hashable {
  /// In the storage.
  public let id: Int
  /// In the study.
  public let number: Int
  /// By the names of the plan: categories as their choices, orders and shares as lists.
  public let values: [JSONValue.Member]
  /// nil where the method knows no other than the full one.
  public let fidelity: Double?
}

/// How a trial ended.
public enum TrialOutcome: Sendable, Hashable {
  /// Values of the objectives in the user's sense, and of whatever else the command told.
  case complete(values: [Double], constraints: [Double], notes: [JSONValue.Member])
  case pruned
  /// Why, and the last that the command said on its standard error.
  case failed(reason: String, errors: String)
}
