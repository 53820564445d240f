// SPDX-License-Identifier: Apache-2.0

/// How a HiGHS solve ended (`kHighsModelStatus…`).
public enum HighsStatus: Int32, Sendable, Hashable {
  case notSet = 0
  case loadError, modelError, presolveError, solveError, postsolveError, modelEmpty, optimal, infeasible
  case unboundedOrInfeasible, unbounded, objectiveBound, objectiveTarget, timeLimit, iterationLimit, unknown
  case solutionLimit, interrupted, memoryLimit, highsInterrupted

  /// A limit or a request ended the solve; it says nothing about the problem.
  public var isLimit: Bool {
    switch self {
    case .objectiveBound, .objectiveTarget, .timeLimit, .iterationLimit, .solutionLimit, .interrupted, .memoryLimit,
      .highsInterrupted:
      true
    default: false
    }
  }
}

/// Where a variable or a row stands in a basis (`kHighsBasisStatus…`).
public enum HighsBasisStatus: Int32, Sendable, Hashable {
  case lower, basic, upper
  /// Non-basic and free, at zero.
  case zero
  /// Non-basic, at whichever bound; only for input.
  case nonbasic
}

/// What HiGHS says about a point it returns (`kHighsSolutionStatus…`).
public enum HighsPointStatus: Int32, Sendable, Hashable {
  case none, infeasible, feasible
}

/// A call of HiGHS failed.
public enum HighsError: Error, Sendable, Hashable, CustomStringConvertible {
  /// There is no option of that name.
  case unknownOption(String, nearest: String?)
  /// The value of an option cannot be read or lies outside its range.
  case badOption(String, value: String)
  /// HiGHS refused the model: a non-finite coefficient, a side that is +∞ below, an index out of range.
  case badModel
  /// A basis or start point does not fit the model.
  case badStart
  case outOfMemory

  public var description: String {
    switch self {
    case .unknownOption(let name, let nearest):
      "HiGHS has no option '\(name)'" + (nearest.map { "; did you mean '\($0)'?" } ?? ".")
    case .badOption(let name, let value): "HiGHS does not accept '\(value)' for its option '\(name)'."
    case .badModel:
      "HiGHS refused the model: a coefficient is not finite or too large, or bounds are the wrong way round."
    case .badStart: "HiGHS refused the start: it does not fit the model."
    case .outOfMemory: "HiGHS could not be started: there is not enough memory."
    }
  }
}
