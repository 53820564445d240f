// SPDX-License-Identifier: Apache-2.0
import GradusNative
import Testing

/// HiGHS where it is installed; tests that need it say so when it is not.
enum Installed {
  static let highs = try? Highs()
  static let reason: Comment = "HiGHS is not installed: python3 -m pip install highsbox"
}

@Suite(.enabled(if: Installed.highs != nil, Installed.reason))
struct HighsSessionTests {
  private let highs: Highs

  init() throws { highs = try #require(Installed.highs) }

  @Test func aLinearProgramIsSolvedWithItsDuals() throws {
    let session = try SmallModel.wyndor.session(highs)
    #expect(session.run() == .optimal)
    let information = session.information
    #expect(abs(information.objective - 36) < 1e-9)
    #expect(information.bound == nil)
    let point = session.point
    #expect(close(point.columns, [2, 6]))
    #expect(close(point.rows, [2, 12, 18]))
    // ∂objective/∂side in the sense of the model, also when it maximizes.
    #expect(close(point.rowDuals, [0, 1.5, 1]))
    #expect(close(point.columnDuals, [0, 0]))
  }

  @Test func dualsAreDerivativesOfTheObjectiveInBothSenses() throws {
    for maximize in [false, true] {
      // min x + 2y with x + y ≥ 3 and x ≤ 2, or max −x − 2y.
      let sign: Double = maximize ? -1 : 1
      let model = SmallModel(
        maximize: maximize, offset: 10, costs: [sign, 2 * sign], lower: [0, 0], upper: [2, .infinity],
        rows: [[1, 1]], rowLower: [3], rowUpper: [.infinity])
      let session = try model.session(highs)
      #expect(session.run() == .optimal)
      #expect(abs(session.information.objective - (10 + sign * 4)) < 1e-9)
      #expect(close(session.point.rowDuals, [2 * sign]))
      #expect(close(session.point.columnDuals, [-sign, 0]))
    }
  }

  @Test func aBasisComesBackAndStartsTheNextSolve() throws {
    let first = try SmallModel.wyndor.session(highs)
    _ = first.run()
    let basis = try #require(first.basis)
    #expect(basis.rows == [.basic, .upper, .upper])
    let second = try SmallModel.wyndor.session(highs)
    try second.setBasis(columns: basis.columns, rows: basis.rows)
    #expect(second.run() == .optimal)
    #expect(second.information.simplexIterations == 0)
    #expect(throws: HighsError.badStart) { try second.setBasis(columns: [], rows: basis.rows) }
  }

  /// x + y ≤ 1 and x + y ≥ 2 by two rows, with bounds that do not help.
  @Test(arguments: ["choose", "off"])
  func anInfeasibleProgramHasADualRay(presolve: String) throws {
    let model = SmallModel(
      costs: [1, 1], lower: [0, 0], upper: [.infinity, .infinity], rows: [[1, 1], [1, 1]],
      rowLower: [-.infinity, 2], rowUpper: [1, .infinity])
    let session = try model.session(highs)
    try session.set("presolve", to: presolve)
    #expect(session.run() == .infeasible)
    let ray = try #require(session.dualRay())
    // HiGHS's sign: positive on sides below, negative on sides above, so that yᵀ(sides) > sup yᵀAx.
    #expect(ray[1] > 0 && abs(ray[0] + ray[1]) < 1e-9)
    #expect(session.primalRay(computing: false) == nil)
  }

  @Test(arguments: ["choose", "off"])
  func anUnboundedProgramHasAPrimalRay(presolve: String) throws {
    // min −x − y with x − y ≤ 1, x − y ≥ −1
    let model = SmallModel(
      costs: [-1, -1], lower: [0, 0], upper: [.infinity, .infinity], rows: [[1, -1]], rowLower: [-1], rowUpper: [1])
    let session = try model.session(highs)
    try session.set("presolve", to: presolve)
    #expect([.unbounded, .unboundedOrInfeasible].contains(session.run()))
    let ray = try #require(session.primalRay())
    #expect(ray[0] > 0 && abs(ray[0] - ray[1]) < 1e-9)
  }

  @Test func anIntegerProgramTellsItsIncumbentsAndItsBound() throws {
    let model = SmallModel.knapsack(60)
    let session = try model.session(highs)
    var limits = HighsLimits()
    limits.gapRelative = 0
    limits.nodes = 2000
    try session.set(limits)
    var incumbents: [(objective: Double, point: [Double])] = []
    let status = session.run { event in
      if let point = event.point { incumbents.append((event.objective, Array(point))) }
      return true
    }
    #expect(status == .optimal || status == .solutionLimit)
    #expect(!incumbents.isEmpty)
    for (earlier, later) in zip(incumbents, incumbents.dropFirst()) { #expect(later.objective > earlier.objective) }
    for incumbent in incumbents {
      let value = zip(model.costs, incumbent.point).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(value - incumbent.objective) <= 1e-6 * max(1, abs(value)))
    }
    let information = session.information
    let bound = try #require(information.bound)
    #expect(bound >= information.objective - 1e-6)
    #expect(abs(information.objective - (incumbents.last?.objective ?? .nan)) < 1e-6)
  }

  @Test func aStopRequestEndsTheSearchWithItsIncumbent() throws {
    let session = try SmallModel.knapsack(400).session(highs)
    try session.set("mip_rel_gap", to: "0")
    try session.set("mip_abs_gap", to: "0")
    try session.set("time_limit", to: "60")
    var seen = false
    let status = session.run { event in
      if event.kind == .incumbent { seen = true }
      return !seen
    }
    #expect(status == .interrupted || status == .optimal)
    #expect(session.information.primal == .feasible)
  }

  @Test func limitsAreKept() throws {
    let session = try SmallModel.wyndor.session(highs)
    var limits = HighsLimits()
    limits.iterations = 0
    try session.set(limits)
    try session.set("presolve", to: "off")
    #expect(session.run() == .iterationLimit)
  }

  @Test func differentThreadCountsFollowEachOther() throws {
    for threads in ["1", "2", "1"] {
      let session = try SmallModel.wyndor.session(highs)
      try session.set("threads", to: threads)
      #expect(session.run() == .optimal)
    }
  }

  @Test func optionsAreCheckedByName() throws {
    let session = try HighsSession(highs)
    #expect(throws: HighsError.unknownOption("mip_rel_gpa", nearest: "mip_rel_gap")) {
      try session.set("mip_rel_gpa", to: "0")
    }
    #expect(throws: HighsError.unknownOption("zzzzzzzz", nearest: nil)) { try session.set("zzzzzzzz", to: "0") }
    #expect(throws: HighsError.badOption("presolve", value: "maybe")) { try session.set("presolve", to: "maybe") }
    #expect(throws: HighsError.badOption("mip_rel_gap", value: "-1")) { try session.set("mip_rel_gap", to: "-1") }
    #expect(throws: HighsError.badOption("threads", value: "x")) { try session.set("threads", to: "x") }
    #expect(session.optionNames.count > 50)
  }

  @Test func aModelWithANonFiniteCoefficientIsRefused() throws {
    var model = SmallModel.wyndor
    model.rows[0][0] = .infinity
    #expect(throws: HighsError.badModel) { try model.session(highs) }
  }

  @Test func modelsWithoutRowsOrColumnsAreSolved() throws {
    let rowless = SmallModel(costs: [1, -1], lower: [2, 0], upper: [5, 3], rows: [], rowLower: [], rowUpper: [])
    let session = try rowless.session(highs)
    #expect(session.run() == .optimal)
    #expect(close(session.point.columns, [2, 3]))
    let empty = SmallModel(offset: 7, costs: [], lower: [], upper: [], rows: [], rowLower: [], rowUpper: [])
    let nothing = try empty.session(highs)
    #expect([.optimal, .modelEmpty].contains(nothing.run()))
  }

  private func close(_ a: [Double], _ b: [Double]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) < 1e-7 }
  }
}
