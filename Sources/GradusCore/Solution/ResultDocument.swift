// SPDX-License-Identifier: Apache-2.0

/// Numbers under the user's names: a point, duals, a ray.
public struct NamedNumbers: Sendable, Hashable {
  public var names: NameTable
  public var values: [Double]

  public init(_ names: NameTable, _ values: [Double]) {
    precondition(names.count == values.count, "one name a number")
    self.names = names
    self.values = values
  }
}

/// An answer as it is written down: the object `gradus.result/1` of `--format json` and `--solution FILE`.
///
/// Everything in it is a claim until somebody has recomputed it; `status` is what the problem's own check supported.
public struct ResultDocument: Sendable {
  public static let schema = "gradus.result/1"

  /// The problem as it was read.
  public struct ProblemSummary: Sendable, Hashable {
    public var name = ""
    /// `LP`, `QP`, `MIP`, … or the class of a named problem.
    public var kind = ""
    public var sense = Sense.minimize
    public var variables = 0
    public var integerVariables = 0
    public var constraints = 0
    public var nonzeros = 0
    public var fingerprint = ""

    public init() {}
  }

  /// The method that was used, with all settings in use and the native components behind it.
  public struct MethodSummary: Sendable, Hashable {
    public var name = ""
    public var settings: [JSONValue.Member] = []
    public var components: [JSONValue.Member] = []
    /// What a method that chooses among others chose, and why, in the order of time.
    public var reasons: [String] = []

    public init() {}
  }

  /// A smallest set of rows and bounds that contradict each other.
  public struct Conflict: Sendable, Hashable {
    public var rows: [String]
    public var bounds: [String]

    public init(rows: [String], bounds: [String]) {
      self.rows = rows
      self.bounds = bounds
    }
  }

  public var version = gradusVersion
  public var seed: UInt64 = 0
  public var seconds = 0.0
  public var problem = ProblemSummary()
  public var method = MethodSummary()
  public var status = Status.limit
  /// In the user's sense; several for problems with several objectives.
  public var objectives: [Double] = []
  public var bound: Double?
  public var stopped = StopReason(.converged, "")
  public var steps = 0
  public var answers: [AnswerCount] = []
  /// Multiplications and additions, of methods that count them.
  public var operations: Int?
  public var tolerances = Tolerances()
  public var certificate = Certificate(.none)
  public var solution: NamedNumbers?
  /// ∂objective/∂side, one a row.
  public var duals: NamedNumbers?
  /// ∂objective/∂bound, one a variable.
  public var reducedCosts: NamedNumbers?
  /// Where each variable and row of a linear program stands, in the order of the problem.
  public var basis: Basis?
  /// Rows with their weights when infeasible; variables with the direction when unbounded.
  public var ray: NamedNumbers?
  public var conflict: Conflict?
  /// How much each named row or bound must give way.
  public var relaxation: NamedNumbers?
  public var explanation: [String] = []
  /// Ranges or derivatives of an optimum, where they were asked for.
  public var sensitivity: Sensitivity?
  /// Points of a Pareto front with their objectives.
  public var front: [(point: NamedNumbers, objectives: [Double])] = []

  public init() {}

  /// The objective; nil when there is none or several.
  public var objective: Double? { objectives.count == 1 ? objectives[0] : nil }

  /// |objective − bound|, where both are known.
  public var gap: Double? {
    guard let objective, let bound else { return nil }
    return abs(objective - bound)
  }

  /// `feasible`, `infeasible` or `unknown`: whether the point given is one of the problem.
  public var primalStatus: String {
    switch status {
    case .infeasible, .locallyInfeasible: "infeasible"
    default: solution != nil && certificate.pointChecked ? "feasible" : "unknown"
    }
  }

  /// Whether duals that prove the bound are given.
  public var dualStatus: String {
    switch status {
    case .unbounded: "infeasible"
    case .optimal where duals != nil || certificate.bound == .checked: "feasible"
    default: "unknown"
    }
  }
}
