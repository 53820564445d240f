// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusDiscrete
import GradusNumerics
import Synchronization
import Testing

@Suite(.enabled(if: Installed.highs != nil, Installed.reason))
struct HighsOracleTests {
  private func solve(_ form: StandardForm, _ question: SolveLinear = SolveLinear()) async throws -> LinearAnswer {
    try await HighsOracle(form, highs: #require(Installed.highs)).solve(question)
  }

  @Test func aLinearProgramComesWithItsDuals() async throws {
    let answer = try await solve(SmallPrograms.wyndor)
    #expect(answer.status == .optimal)
    #expect(answer.objective.map { abs($0 - 36) < 1e-9 } == true)
    #expect(answer.primal == [2, 6])
    #expect(answer.duals.map { (Vector($0.elements) - [0, 1.5, 1]).maximumMagnitude < 1e-9 } == true)
    #expect(answer.bound == answer.objective)
    #expect(answer.basis?.rows == [.basic, .upper, .upper])
    #expect(answer.source.hasPrefix("HiGHS 1."))
  }

  @Test func changedBoundsHoldForOneQuestionOnly() async throws {
    let oracle = try HighsOracle(SmallPrograms.wyndor, highs: #require(Installed.highs))
    var question = SolveLinear()
    question.changes = [BoundChange(column: 0, lower: 3, upper: 4)]
    let tighter = try await oracle.solve(question)
    #expect(tighter.objective.map { abs($0 - 31.5) < 1e-9 } == true)
    let again = try await oracle.solve(SolveLinear())
    #expect(again.objective.map { abs($0 - 36) < 1e-9 } == true)
    question.basis = again.basis
    let warm = try await oracle.solve(question)
    #expect(warm.objective.map { abs($0 - 31.5) < 1e-9 } == true)
  }

  @Test(arguments: [Sense.minimize, .maximize], ["choose", "off"])
  func anInfeasibleProgramComesWithAFarkasRay(sense: Sense, presolve: String) async throws {
    let form = SmallPrograms.form(
      sense, costs: [1, 2, 0], rows: [[1, 1, 0], [1, -1, 1], [2, 0, 1]], rowLower: [-.infinity, 3, 7],
      rowUpper: [4, .infinity, 7], upper: [.infinity, 2, 1], kinds: nil)
    var impossible = form
    impossible.columnUpper = [2, 2, 1]
    var question = SolveLinear()
    question.settings.options = ["presolve": presolve]
    #expect(try await solve(form, question).status == .optimal)
    let answer = try await solve(impossible, question)
    #expect(answer.status == .infeasible)
    let ray = try #require(answer.ray)
    #expect(SmallPrograms.margin(of: ray, in: impossible) > 1e-9)
  }

  @Test func anInfeasibleIntegerProgramComesWithARayWhereItsRelaxationHasOne() async throws {
    let kinds: [VariableKind] = [.integer, .integer]
    let relaxed = SmallPrograms.form(
      costs: [1, 1], rows: [[1, 1], [1, 1]], rowLower: [-.infinity, 5], rowUpper: [4, .infinity], kinds: kinds)
    let answer = try await solve(relaxed)
    #expect(answer.status == .infeasible)
    #expect(SmallPrograms.margin(of: try #require(answer.ray), in: relaxed) > 1e-9)
    // 2x + 2y = 3 has solutions, but no whole ones.
    let parity = SmallPrograms.form(costs: [1, 1], rows: [[2, 2]], rowLower: [3], rowUpper: [3], kinds: kinds)
    let odd = try await solve(parity)
    #expect(odd.status == .infeasible)
    #expect(odd.ray == nil)
  }

  @Test(arguments: [Sense.minimize, .maximize], [VariableKind.continuous, .integer])
  func anUnboundedProgramComesWithAPointAndARay(sense: Sense, kind: VariableKind) async throws {
    let sign: Double = sense == .minimize ? -1 : 1
    let form = SmallPrograms.form(
      sense, costs: [sign, sign], rows: [[1, -1]], rowLower: [1], rowUpper: [2], kinds: [kind, kind])
    let answer = try await solve(form)
    #expect(answer.status == .unbounded)
    let ray = try #require(answer.ray)
    #expect(ray[0] > 0 && abs(ray[0] - ray[1]) < 1e-9)
    let point = try #require(answer.primal)
    #expect((0.999999...2.000001).contains(point[0] - point[1]) && point[0] > -1e-9 && point[1] > -1e-9)
  }

  @Test func emptyColumnsMakeUnboundednessOrInfeasibilityDecidable() async throws {
    // The free direction is a column without entries; the rows decide.
    func form(_ side: Double) -> StandardForm {
      SmallPrograms.form(
        costs: [-1, 0, 0], rows: [[0, 1, 1], [0, 1, 1]], rowLower: [-.infinity, side], rowUpper: [4, .infinity])
    }
    #expect(try await solve(form(3)).status == .unbounded)
    let infeasible = try await solve(form(5))
    #expect(infeasible.status == .infeasible)
    #expect(SmallPrograms.margin(of: try #require(infeasible.ray), in: form(5)) > 1e-9)
  }

  @Test func anIntegerProgramComesWithItsBoundAndNews() async throws {
    let form = SmallPrograms.knapsack(60)
    let relay = Relay()
    let heard = Heard()
    relay.listen { heard.add($0) }
    let oracle = try HighsOracle(form, highs: #require(Installed.highs), relay: relay)
    let answer = try await oracle.solve(SolveLinear())
    #expect(answer.status == .optimal)
    let objective = try #require(answer.objective)
    #expect(try #require(answer.bound) >= objective - 1e-6)
    #expect(answer.duals == nil && answer.basis == nil)
    let incumbents = heard.all.filter { $0.point != nil }
    #expect(!incumbents.isEmpty)
    for news in incumbents {
      let point = try #require(news.point)
      #expect(abs(form.objective(at: point) - (news.value ?? .nan)) < 1e-6 * objective)
    }
    var relaxed = SolveLinear()
    relaxed.relaxed = true
    let bound = try await oracle.solve(relaxed)
    #expect(try #require(bound.objective) >= objective)
    #expect(bound.duals != nil)
  }

  @Test func semicontinuousVariablesAreZeroOrWithinTheirBounds() async throws {
    // min x + y, x + 2y ≥ 3, y = 0 or 2 ≤ y ≤ 5: y = 2.
    let form = SmallPrograms.form(
      costs: [1, 0.1], rows: [[1, 2]], rowLower: [3], rowUpper: [.infinity], lower: [0, 2], upper: [10, 5],
      kinds: [.continuous, .semicontinuous])
    let answer = try await solve(form)
    #expect(answer.status == .optimal)
    #expect(answer.objective.map { abs($0 - 0.2) < 1e-9 } == true)
    var endless = form
    endless.columnUpper[1] = .infinity
    let refused = try await solve(endless)
    #expect(refused.status == .failed)
    #expect(refused.failure == "the semi-continuous variable 'x1' needs a finite upper bound")
  }

  @Test(.timeLimit(.minutes(10)))
  func aTimeLimitKeepsTheIncumbentAndTheBound() async throws {
    var question = SolveLinear()
    question.settings.timeLimit = 0.5
    let answer = try await solve(SmallPrograms.marketSplit(7), question)
    #expect(answer.status == .timeLimit)
    #expect(try #require(answer.objective) >= (answer.bound ?? 0))
  }

  @Test(.timeLimit(.minutes(10)))
  func anInterruptionEndsTheSolveWithItsIncumbent() async throws {
    let interruption = Interruption()
    let relay = Relay()
    relay.listen { if $0.point != nil { interruption.raise() } }
    let oracle = try HighsOracle(
      SmallPrograms.marketSplit(7), highs: #require(Installed.highs), relay: relay, interruption: interruption)
    let answer = try await oracle.solve(SolveLinear())
    #expect(answer.status == .interrupted)
    #expect(answer.primal != nil)
  }

  @Test(.timeLimit(.minutes(10)))
  func aCancelledTaskEndsTheSolve() async throws {
    let highs = try #require(Installed.highs)
    let relay = Relay()
    let heard = Heard()
    relay.listen { heard.add($0) }
    let answer = try await withThrowingTaskGroup(of: LinearAnswer.self) { group in
      let oracle = try HighsOracle(SmallPrograms.marketSplit(7), highs: highs, relay: relay)
      group.addTask { try await oracle.solve(SolveLinear()) }
      while heard.all.isEmpty { await Task.yield() }
      group.cancelAll()
      return try await group.next()
    }
    #expect(answer?.status == .interrupted)
  }

  @Test func settingsOfHighsItselfAreCheckedByName() async throws {
    var question = SolveLinear()
    question.settings.options = ["mip_rel_gpa": "1"]
    await #expect(throws: SettingError.unknown("mip_rel_gpa", method: "HiGHS", nearest: "mip_rel_gap")) {
      try await solve(SmallPrograms.wyndor, question)
    }
  }

  @Test func aFormBeyondLinearIsUnsuitable() throws {
    var form = SmallPrograms.wyndor
    form.indicators = [Indicator(row: 0, column: 0, active: true)]
    let highs = try #require(Installed.highs)
    #expect(throws: Unsuitable.self) { try HighsOracle(form, highs: highs) }
  }

  @Test func contradictoryBoundsAreInfeasibleAndNonsenseFails() async throws {
    var form = SmallPrograms.wyndor
    form.columnLower[0] = 5
    form.columnUpper[0] = 4
    #expect(try await solve(form).status == .infeasible)
    form.columnLower[0] = .infinity
    form.columnUpper[0] = .infinity
    let answer = try await solve(form)
    #expect(answer.status == .failed && answer.failure != nil)
  }
}

/// What a relay told, in order.
final class Heard: Sendable {
  private let news = Mutex<[Interim]>([])
  func add(_ item: Interim) { news.withLock { $0.append(item) } }
  var all: [Interim] { news.withLock { $0 } }
}
