// SPDX-License-Identifier: Apache-2.0
import GradusAtlas
import GradusCore
import GradusNumerics
import Testing

/// Verdicts, and the laws that make them mean something: each broken entry is caught by the law that is about it.
@Suite struct AtlasLawTests {
  let runner = AtlasRunner(effort: .fast, seeds: [1, 2, 3, 4, 5])

  @Test func aSoundEntryHoldsAndPasses() async throws {
    let result = try await runner.run(Averaging.self)
    #expect(result.status == .holds && result.confirmsStanding)
    #expect(result.verdicts[0].typical < 0.5)
    let interval = try #require(result.verdicts[0].interval)
    #expect(interval.contains(result.verdicts[0].typical))
    #expect(try await AtlasLaws.violations(of: Averaging.self, runner: runner) == [])
  }

  @Test func theBaselineInItsPlaceFlipsTheVerdict() async throws {
    let result = try await runner.run(Averaging.self, subject: .saboteur)
    #expect(result.status == .doesNotHold)
    #expect(result.verdicts[0].typical == 1)
  }

  /// What is only reported decides nothing and comes last.
  @Test func whatIsDoubtedIsShownOnly() async throws {
    let result = try await runner.run(Doubting.self)
    #expect(result.verdicts.map(\.claim.key) == ["error", "doubt"])
    #expect(!result.verdicts[1].holds && result.status == .holds)
    #expect(try await AtlasLaws.violations(of: Doubting.self, runner: runner) == [])
  }

  @Test func piecesComeInOrderAndTurnsOneByOne() async throws {
    #expect(try await AtlasWork.all(50) { $0 * $0 } == (0..<50).map { $0 * $0 })
    let turn = AtlasTurn()
    let inside = Inside()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<20 {
        group.addTask {
          try await turn.take {
            await inside.enter()
            await Task.yield()
            await inside.leave()
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(await inside.most == 1)
    await #expect(throws: CancellationError.self) { try await turn.take { throw CancellationError() } }
    #expect(try await turn.take { 3 } == 3)
  }

  @Test func widthChangesNothing() async throws {
    var wide = runner
    wide.width = 4
    let (a, b) = (try await runner.run(Averaging.self), try await wide.run(Averaging.self))
    #expect(a.verdicts == b.verdicts)
  }

  @Test func developmentAndTestStreamsDiffer() async throws {
    let result = try await runner.run(Averaging.self)
    #expect(Set(result.verdicts[0].perSeed.map(\.measured)).count == 5)
  }

  func expectBroken<E: AtlasEntry>(
    _ type: E.Type, _ words: String, _ location: SourceLocation = #_sourceLocation
  ) async throws {
    let found = try await AtlasLaws.violations(of: type, runner: runner)
    #expect(found.contains { $0.contains(words) }, "\(found)", sourceLocation: location)
  }

  @Test func saboteursAreCaught() async throws {
    try await expectBroken(Stored.self, "nothing is computed")
    try await expectBroken(Toothless.self, "cannot fail")
    try await expectBroken(Deaf.self, "the system is not what is measured")
    try await expectBroken(Unseeded.self, "the second time")
    try await expectBroken(Unfair.self, "spends less")
    await #expect(throws: AtlasFault.self) { try await runner.run(Mislabeled.self) }
  }

  static func verdict(
    _ requirement: AtlasClaim.Requirement, _ measured: [Double], comparison: AtlasClaim.Comparison = .ratio,
    direction: AtlasClaim.Direction = .atMost, threshold: Double = 0.5
  ) -> AtlasVerdict {
    let claim = AtlasClaim(
      "x", "x", metric: "x", baseline: "one", direction, threshold, comparison: comparison, requirement: requirement)
    return AtlasVerdict(
      claim, measured.enumerated().map { (UInt64($0), AtlasObservation("x", measured: $1, baseline: 1)) })
  }

  @Test func requirementsDecideAsTheySay() {
    #expect(Self.verdict(.significant, [0.1, 0.2, 0.3, 0.4, 0.45]).holds)
    #expect(!Self.verdict(.significant, [0.1, 0.2, 0.3, 0.4]).holds, "four seeds cannot decide")
    #expect(!Self.verdict(.significant, [0.5, 0.5, 0.5, 0.5, 0.5]).holds, "on the threshold is not beyond it")
    #expect(Self.verdict(.everySeed, [0.5, 0.5, 0.5, 0.5, 0.5]).holds)
    #expect(!Self.verdict(.everySeed, [0.1, 0.1, 0.1, 0.1, 0.51]).holds)
    #expect(Self.verdict(.share(0.6), [0.1, 0.1, 0.1, 9, 9]).holds)
    #expect(!Self.verdict(.share(0.6), [0.1, 0.1, 9, 9, 9]).holds)
  }

  @Test func directionsAndComparisons() {
    #expect(Self.verdict(.everySeed, [3, 4], direction: .atLeast, threshold: 2).holds)
    #expect(!Self.verdict(.everySeed, [1, 4], direction: .atLeast, threshold: 2).holds)
    #expect(Self.verdict(.everySeed, [0.9, 1], comparison: .difference, threshold: 0).holds)
    #expect(Self.verdict(.everySeed, [-3, 0.4], comparison: .value).holds)
    #expect(!Self.verdict(.everySeed, [-3, 0.6], comparison: .value).holds)
  }

  @Test(arguments: [Double.nan, .infinity])
  func whatIsNoNumberNeverHolds(_ bad: Double) {
    #expect(!Self.verdict(.everySeed, [0.1, bad]).holds)
    #expect(!Self.verdict(.significant, [0.1, 0.1, 0.1, 0.1, bad]).holds)
    #expect(!Self.verdict(.everySeed, [], comparison: .value).holds)
  }

  @Test func timeIsKept() async throws {
    var late = runner
    late.deadline = .now
    await #expect(throws: AtlasTimeout.self) { try await late.run(Slow.self) }
  }

  @Test func finishedSeedsAreKeptWhenARunIsInterrupted() async throws {
    var watched = runner
    watched.interruption = Interrupted.request
    let result = try await watched.run(Interrupted.self)
    #expect(!result.isComplete && result.seeds == [1, 2] && result.missing == [3, 4, 5])
    #expect(result.verdicts.allSatisfy { $0.perSeed.map(\.seed) == [1, 2] })
    await #expect(throws: AtlasInterruption.self) { try await watched.run(Interrupted.self) }
  }
}

/// How many were inside at once.
private actor Inside {
  private var count = 0
  private(set) var most = 0

  func enter() {
    count += 1
    most = max(most, count)
  }

  func leave() { count -= 1 }
}

/// The third seed is interrupted.
struct Interrupted: BrokenEntry {
  static let request = Interruption()

  func measure(_ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject) async throws -> [AtlasObservation] {
    if trial.seed == 3 { Self.request.raise() }
    try trial.step(0)
    return Self.claims.map { AtlasObservation($0.key, measured: 1, baseline: 2) }
  }
}

/// Asks for its time.
struct Slow: BrokenEntry {
  func measure(_ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject) async throws -> [AtlasObservation] {
    while true { try trial.step(0) }
  }
}
