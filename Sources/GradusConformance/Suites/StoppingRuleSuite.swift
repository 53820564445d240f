// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusNumerics

/// The laws of stopping rules: values without memory, honest about their limits, composing as logic does.
public enum StoppingRuleSuite {
  /// What a stopping rule violates; empty when it keeps every law.
  public static func check(_ name: String, _ rule: some StoppingRule, seed: UInt64 = 0) -> [Violation] {
    var seen = Observations(name)
    var random = RandomStream(seed: seed).child("stopping rules")
    let all = (0..<200).map { _ in progress(&random) }
    let verdicts = all.map { rule.verdict($0) }
    for (p, verdict) in zip(all, verdicts) {
      let place = "at \(p.answers) answers, value \(p.value)"
      seen.expect(rule.verdict(p) == verdict, "no memory", "\(place) it says something else when asked again")
      seen.expect(
        (rule || WhenMethodEnds()).verdict(p) == verdict && AnyOf([rule]).verdict(p) == verdict, "or",
        "\(place) it changes when joined with a rule that never speaks")
      seen.expect((rule && WhenMethodEnds()).verdict(p) == nil, "and", "\(place) it stops without the other rule")
      seen.expect((rule && rule).verdict(p)?.kind == verdict?.kind, "and", "\(place) it differs from itself twice")
      seen.expect(verdict?.rule.isEmpty != true, "words", "\(place) it gives no reason")
      if let limit = rule.answerLimit, p.answers >= limit {
        seen.expect(verdict != nil, "limit", "it allows \(limit) answers and goes on \(place)")
      }
    }
    if let limit = rule.answerLimit {
      seen.expect((rule || .answers(limit + 1)).answerLimit == limit, "limit", "a looser limit changes its own")
      seen.expect((rule || .answers(0)).answerLimit == 0, "limit", "a tighter limit does not count")
    }
    return seen.violations
  }

  private static func progress(_ random: inout RandomStream) -> RunProgress {
    func pick<T>(_ values: [T], _ random: inout RandomStream) -> T { values[random.integer(below: values.count)] }
    var p = RunProgress()
    p.answers = pick([0, 1, 2, 10, 99, 100, 101, 5000], &random)
    p.value = pick([.infinity, -.infinity, .nan, 0, 1e-9, 1, -1, 1e300], &random)
    p.bound = pick([nil, 0, -.infinity, .nan, 1], &random)
    p.measure = pick([nil, 0, 1e-9, 1, .nan, .infinity], &random)
    p.answersSinceImprovement = pick([0, 1, 50, 5000], &random)
    p.elapsed = pick([.zero, .seconds(1), .seconds(1_000_000)], &random)
    p.cost = pick([0, 1, 1e9, .nan], &random)
    return p
  }
}
