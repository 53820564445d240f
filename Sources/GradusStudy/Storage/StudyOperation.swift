// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// One change of a storage: a line of the operation log, as optuna's journal has it.
public enum StudyOperation: Sendable, Hashable {
  case createStudy(name: String, directions: [ObjectiveDirection])
  case deleteStudy(Int)
  case setStudyAttribute(study: Int, AttributeKind, name: String, JSONValue)
  case createTrial(study: Int, TrialDraft)
  /// The value is that of `ParameterDistribution`.
  case setParameter(trial: Int, name: String, Double, ParameterDistribution)
  /// The time is that of the beginning of a trial that runs, and that of the end of one that has ended.
  case setState(trial: Int, TrialState, values: [Double]?, Timestamp?)
  case setIntermediate(trial: Int, step: Int, Double)
  case setTrialAttribute(trial: Int, AttributeKind, name: String, JSONValue)
  /// An operation that changes nothing here.
  case other
}

/// Whose an attribute is: the user's or the program's.
public enum AttributeKind: Sendable, Hashable {
  case user, system
}

/// What a trial begins with.
public struct TrialDraft: Sendable, Hashable {
  public var state = TrialState.running
  public var started: Timestamp?
  public var completed: Timestamp?
  public var parameters: [Parameter] = []
  public var values: [Double]?
  public var intermediate: [IntermediateValue] = []
  public var userAttributes: [JSONValue.Member] = []
  public var systemAttributes: [JSONValue.Member] = []

  public init(_ state: TrialState = .running) { self.state = state }

  /// A named value of a trial.
  public struct Parameter: Sendable, Hashable {
    public var name: String
    public var value: Double
    public var distribution: ParameterDistribution

    public init(_ name: String, _ value: Double, _ distribution: ParameterDistribution) {
      self.name = name
      self.value = value
      self.distribution = distribution
    }
  }
}

/// A value from the middle of a trial.
public struct IntermediateValue: Sendable, Hashable {
  public var step: Int
  public var value: Double

  public init(step: Int, value: Double) {
    self.step = step
    self.value = value
  }
}
