// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Where a variable or row stands in a basis.
public enum BasisStatus: UInt8, Sendable, Codable, Hashable { case lower, basic, upper, free, nonbasic }

extension BasisStatus {
  fileprivate var letter: Character {
    switch self {
    case .lower: "l"
    case .basic: "b"
    case .upper: "u"
    case .free: "f"
    case .nonbasic: "n"
    }
  }
}

extension [BasisStatus] {
  /// One letter a status: l, b, u, f (free, at zero) or n (not basic, side unknown).
  package var letters: String { String(map(\.letter)) }

  /// Nil when the text holds another letter.
  package init?(letters: String) {
    let all: [Character: BasisStatus] = ["l": .lower, "b": .basic, "u": .upper, "f": .free, "n": .nonbasic]
    self = []
    for letter in letters {
      guard let status = all[letter] else { return nil }
      append(status)
    }
  }
}

/// A basis of a linear program: one status a column and one a row.
public struct Basis: Sendable, Codable, Hashable {
  public var columns: [BasisStatus]
  public var rows: [BasisStatus]

  public init(columns: [BasisStatus], rows: [BasisStatus]) {
    self.columns = columns
    self.rows = rows
  }
}

/// Other bounds for one column of the program at hand.
public struct BoundChange: Sendable, Codable, Hashable {
  public var column: Int
  public var lower: Double
  public var upper: Double

  public init(column: Int, lower: Double, upper: Double) {
    self.column = column
    self.lower = lower
    self.upper = upper
  }
}

/// Limits and accuracies handed to a linear or integer solver.
public struct LinearSolveSettings: Sendable, Codable, Hashable {
  public var timeLimit: Double?
  public var nodeLimit: Int?
  public var iterationLimit: Int?
  public var gapRelative = 1e-4
  public var gapAbsolute = 1e-6
  public var feasibility = 1e-7
  public var dual = 1e-7
  public var integrality = 1e-6
  public var threads = 1
  public var seed = 0
  /// Hand back the incumbents of an integer search (`LinearAnswer.incumbents`); a helper process never does.
  public var keepsIncumbents = false
  /// Options of the outside solver by its own names, applied last.
  public var options: [String: String] = [:]

  public init() {}
}

/// What a linear or integer solver says of its end.
public enum LinearStatus: String, Sendable, Codable, Hashable {
  case optimal, infeasible, unbounded, infeasibleOrUnbounded
  case timeLimit, nodeLimit, iterationLimit, memoryLimit, interrupted, failed
}

/// What a linear or integer solver found. Everything here is a claim until the problem has judged it.
///
/// Signs: `duals[i]` is ∂objective/∂(side of row i) and `reducedCosts[j]` is ∂objective/∂(bound of column j), both in the
/// sense of the program as stated. A Farkas `ray` has one entry a row: it proves that no point within the column bounds
/// satisfies all rows. An unboundedness `ray` has one entry a column: a direction along which the objective improves.
public struct LinearAnswer: Sendable, Codable {
  public var status: LinearStatus
  public var primal: Vector?
  public var objective: Double?
  public var duals: Vector?
  public var reducedCosts: Vector?
  public var basis: Basis?
  public var bound: Double?
  public var ray: Vector?
  /// The points that an integer search improved on, in the order of finding, where they were asked for.
  public var incumbents: [Vector] = []
  public var iterations = 0
  public var nodes = 0
  /// Seconds that the question took, told where it had a time limit.
  public var seconds: Double?
  /// Name and version of who answered, such as `HiGHS 1.15.1`.
  public var source: String
  /// What went wrong when `status` is `failed`.
  public var failure: String?

  public init(status: LinearStatus, source: String) {
    self.status = status
    self.source = source
  }
}

/// Solves one linear or mixed-integer program, again and again with changed bounds.
///
/// The oracle holds the program; questions hold what differs. An oracle that works long reports `Interim` news through
/// the relay it was made with, and stops early when its task is cancelled or its `Interruption` is raised.
public protocol LinearProgramOracle: Sendable {
  /// Solves the program with the changes of the question. A limit reached is an answer and no error.
  func solve(_ question: SolveLinear) async throws -> LinearAnswer
}

/// What is the optimum of the program with these bounds, starting from this basis or point?
public struct SolveLinear: Query, Codable {
  public var changes: [BoundChange] = []
  public var basis: Basis?
  public var start: Vector?
  /// Solve the continuous relaxation of an integer program.
  public var relaxed = false
  public var settings = LinearSolveSettings()

  public init() {}

  public static var needs: String { "a linear programming solver" }
  public var kind: String { "linear program" }

  /// The oracle's solve with these bounds and settings.
  public func put(to oracle: any LinearProgramOracle) async throws -> LinearAnswer { try await oracle.solve(self) }
}
