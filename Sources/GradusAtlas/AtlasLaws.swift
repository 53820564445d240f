// SPDX-License-Identifier: Apache-2.0

/// What every demonstration must satisfy, so that its verdict means something.
///
/// No test framework is needed: the laws return violations, and a test target or `gradus atlas check` shows them.
public enum AtlasLaws {
  /// Tries every law on an entry, at the effort of the runner. Cost: two to three runs.
  public static func violations<E: AtlasEntry>(of type: E.Type, runner: AtlasRunner) async throws -> [String] {
    var found = form(of: type)
    guard found.isEmpty else { return found }
    let tuned = try await runner.tuned(E())
    let honest = try await runner.observations(E(), tuned: tuned, subject: .system)
    let sabotaged = try await runner.observations(E(), tuned: tuned, subject: .saboteur)
    // What differs from run to run differs for every seed: two are enough.
    var few = runner
    few.seeds = Array(runner.seeds.prefix(2))
    let again = try await few.observations(E(), tuned: try await few.tuned(E()), subject: .system)
    found += sameBits(type, Array(honest.prefix(2)), again)
    found += computed(type, honest, sabotaged)
    found += equalBudgets(honest)
    found += canFail(type, sabotaged, runner.seeds)
    return found
  }

  /// The entry belongs to a system, and its claims are well formed.
  public static func form<E: AtlasEntry>(of type: E.Type) -> [String] {
    var found: [String] = []
    if Atlas.system(named: E.system)?.name != E.system { found.append("no sheet holds a system '\(E.system)'") }
    if E.claims.allSatisfy({ $0.isSecondary || $0.isReported }) { found.append("no claim decides") }
    if Set(E.claims.map(\.key)).count != E.claims.count { found.append("two claims have one key") }
    for claim in E.claims where !claim.threshold.isFinite {
      found.append("the threshold of \(claim.key) is no finite number")
    }
    for claim in E.claims where claim.sentence.isEmpty || claim.metric.isEmpty {
      found.append("the claim \(claim.key) lacks its sentence or metric")
    }
    if E.scale.paper.isEmpty || E.scale.here.isEmpty { found.append("the scale of the paper or of the run is missing") }
    if E.standing.status != .holds, (E.standing.tried ?? "").isEmpty { found.append("what was tried is missing") }
    return found
  }

  /// The same seed measures the same, except seconds.
  private static func sameBits<E: AtlasEntry>(
    _ type: E.Type, _ first: [[AtlasObservation]], _ second: [[AtlasObservation]]
  ) -> [String] {
    E.claims.filter { !$0.isTimed }.compactMap { claim in
      let (a, b) = (numbers(of: claim, first), numbers(of: claim, second))
      return a == b ? nil : "the same seeds measure other figures of \(claim.key) the second time"
    }
  }

  /// Figures follow from the seed and from who is measured: what was stored would not.
  private static func computed<E: AtlasEntry>(
    _ type: E.Type, _ honest: [[AtlasObservation]], _ sabotaged: [[AtlasObservation]]
  ) -> [String] {
    var found: [String] = []
    let all = E.claims.map { numbers(of: $0, honest) }
    if all.allSatisfy({ Set($0).count == 1 }) { found.append("every seed measures the same: nothing is computed") }
    for claim in E.claims where !claim.isReported {
      let measured = { (runs: [[AtlasObservation]]) in
        runs.flatMap { $0.filter { $0.claim == claim.key }.map(\.measured.bitPattern) }
      }
      if measured(honest) == measured(sabotaged) {
        found.append("\(claim.key) is the same with the saboteur: the system is not what is measured")
      }
    }
    return found
  }

  /// The baseline may spend at least what the system may.
  private static func equalBudgets(_ honest: [[AtlasObservation]]) -> [String] {
    var found: Set<String> = []
    for observation in honest.flatMap({ $0 }) {
      guard let budget = observation.budget, budget.baseline < 0.99 * budget.system else { continue }
      found.insert("the baseline of \(observation.claim) spends less than the system")
    }
    return found.sorted()
  }

  /// With the saboteur in the system's place no claim holds.
  private static func canFail<E: AtlasEntry>(
    _ type: E.Type, _ sabotaged: [[AtlasObservation]], _ seeds: [UInt64]
  ) -> [String] {
    E.claims.filter { !$0.isReported }.compactMap { claim in
      let verdict = AtlasVerdict(
        claim,
        zip(seeds, sabotaged).compactMap { seed, all in all.first { $0.claim == claim.key }.map { (seed, $0) } })
      return verdict.holds ? "\(claim.key) also holds for the saboteur: the claim cannot fail" : nil
    }
  }

  private static func numbers(of claim: AtlasClaim, _ runs: [[AtlasObservation]]) -> [[UInt64]] {
    runs.map { all in
      all.filter { $0.claim == claim.key }.flatMap { [$0.measured.bitPattern, ($0.baseline ?? 0).bitPattern] }
    }
  }
}
