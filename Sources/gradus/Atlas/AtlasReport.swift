// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusAtlas
import GradusDashboard

/// Systems and results of the atlas as text and JSON.
enum AtlasReport {
  /// What the author measured last; every run checks it.
  static func status(of system: AtlasSystem) -> AtlasStatus {
    Atlas.entry(of: system)?.standing.status ?? .absent
  }

  static func json(_ system: AtlasSystem) -> JSONValue {
    let entry = Atlas.entry(of: system)
    var members: [JSONValue.Member] = [
      .init("name", .string(system.name)), .init("title", .string(system.title)),
      .init("identifier", .string(system.identifier)), .init("module", .string(system.module)),
      .init("sheet", .string(system.sheet)), .init("group", .string(system.group)),
      .init("summary", .string(system.summary)),
      .init("claim", JSONValue(entry?.claims.first { !$0.isSecondary }?.sentence)),
      .init("status", .string(status(of: system).rawValue)),
      .init("scale", ["paper": JSONValue(entry?.scale.paper), "here": JSONValue(entry?.scale.here)]),
    ]
    guard let entry else { return .object(members) }
    members.append(.init("home", .string(entry.home)))
    members.append(.init("tried", JSONValue(entry.standing.tried)))
    members.append(.init("claims", .array(entry.claims.map(json))))
    return .object(members)
  }

  private static func json(_ claim: AtlasClaim) -> JSONValue {
    [
      "key": .string(claim.key), "claim": .string(claim.sentence), "metric": .string(claim.metric),
      "baseline": JSONValue(claim.baseline), "direction": .string(claim.direction.rawValue),
      "comparison": .string(claim.comparison.rawValue), "threshold": .number(claim.threshold),
      "requirement": .string(words(claim.requirement)), "secondary": .bool(claim.isSecondary),
      "reported": .bool(claim.isReported),
    ]
  }

  static func words(_ requirement: AtlasClaim.Requirement) -> String {
    switch requirement {
    case .significant: "signed-rank test of the seeds, p ≤ 0.05"
    case .everySeed: "every seed"
    case .share(let share): "at least \(Numbers.short(100 * share)) % of the seeds"
    }
  }

  static func text(_ system: AtlasSystem) -> String {
    var text = "\(system.name) – \(system.summary)\n\n"
    text += "  paper   \(system.title)\n  sheet   \(system.sheet): \(system.group)\n  module  \(system.module)\n"
    guard let entry = Atlas.entry(of: system) else { return text + "  status  absent: it is not built yet\n" }
    text += "  home    \(entry.home)\n  status  \(entry.standing.status.rawValue)\n"
    if let tried = entry.standing.tried { text += "  tried   \(tried)\n" }
    text += "\n  scale of the paper  \(entry.scale.paper)\n  scale here          \(entry.scale.here)\n"
    for claim in entry.claims {
      let role = claim.isReported ? "doubted" : claim.isSecondary ? "also" : "claim"
      text += "\n  \(role) [\(claim.key)]: \(claim.sentence)\n"
      text += "    \(claim.metric)\(claim.baseline.map { "; against \($0)" } ?? "")\n"
      text += "    \(threshold(claim)); \(words(claim.requirement))\n"
    }
    return text
  }

  /// `measured/baseline at most 0.85`.
  static func threshold(_ claim: AtlasClaim) -> String {
    let side = claim.direction == .atMost ? "at most" : "at least"
    let what: String
    switch claim.comparison {
    case .ratio: what = "measured/baseline"
    case .difference: what = "measured − baseline"
    case .value: what = "measured"
    }
    return "\(what) \(side) \(Numbers.short(claim.threshold))"
  }
}

extension AtlasReport {
  /// What was measured; `unfinished` while seeds are missing.
  private static func word(_ result: AtlasResult) -> String {
    result.isComplete ? result.status.rawValue : "unfinished"
  }

  /// The result of one run, the deciding claim on top.
  static func json(_ result: AtlasResult) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("schema", "gradus.atlas-run/1"), .init("name", .string(result.system.name)),
      .init("title", .string(result.system.title)),
    ]
    if let first = result.verdicts.first { members += self.members(of: first, of: result) }
    members += [
      .init("seeds", .array(result.seeds.map { JSONValue($0) })),
      .init("claims", .array(result.verdicts.map { .object(self.members(of: $0, of: result)) })),
      .init("status", .string(word(result))), .init("missing", .array(result.missing.map { JSONValue($0) })),
      .init("standing", .string(result.standing.status.rawValue)),
      .init("tried", JSONValue(result.standing.tried)),
      .init("scale", ["paper": .string(result.scale.paper), "here": .string(result.scale.here)]),
      .init("budget", .string(result.effort.rawValue)), .init("home", .string(result.home)),
      .init("seconds", .number(result.seconds)),
    ]
    return .object(members)
  }

  private static func members(of verdict: AtlasVerdict, of result: AtlasResult) -> [JSONValue.Member] {
    let claim = verdict.claim
    return [
      .init("key", .string(claim.key)), .init("claim", .string(claim.sentence)),
      .init("metric", .string(claim.metric)),
      .init("baseline", ["name": JSONValue(claim.baseline), "value": JSONValue(verdict.baseline)]),
      .init("measured", .number(verdict.measured)), .init("comparison", .string(claim.comparison.rawValue)),
      .init("compared", .number(verdict.typical)),
      .init("interval", JSONValue(numbers: verdict.interval.map { [$0.lowerBound, $0.upperBound] } ?? [])),
      .init("threshold", .number(claim.threshold)), .init("direction", .string(claim.direction.rawValue)),
      .init("requirement", .string(words(claim.requirement))), .init("p", .number(verdict.probability)),
      .init("satisfied", .integer(verdict.satisfied)),
      .init(
        "perSeed",
        .array(
          verdict.perSeed.map {
            [
              "seed": JSONValue($0.seed), "measured": .number($0.measured), "baseline": JSONValue($0.baseline),
              "compared": .number($0.compared),
            ]
          })),
      .init("secondary", .bool(claim.isSecondary)), .init("reported", .bool(claim.isReported)),
      .init("holds", result.isComplete ? .bool(verdict.holds) : .null),
    ]
  }

  static func text(_ result: AtlasResult) -> String {
    var text = "\(result.system.name): \(word(result))"
    let of = result.isComplete ? "" : " of \(result.seeds.count + result.missing.count)"
    text += " (\(result.seeds.count)\(of) seeds, budget \(result.effort.rawValue), \(Numbers.time(result.seconds)))\n"
    for verdict in result.verdicts {
      let claim = verdict.claim
      let decided = verdict.holds ? "holds  " : claim.isReported ? "not so " : "DOES NOT HOLD"
      let role = claim.isReported ? "doubted: " : claim.isSecondary ? "also: " : ""
      text += "  \(result.isComplete ? decided : "so far ") \(role)\(claim.sentence)\n"
      text += "    \(claim.metric): \(Numbers.short(verdict.measured))"
      if let name = claim.baseline { text += ", against \(Numbers.short(verdict.baseline)) (\(name))" }
      text += "\n    \(threshold(claim)): \(Numbers.short(verdict.typical, digits: 4))"
      if let interval = verdict.interval {
        text += " [\(Numbers.short(interval.lowerBound, digits: 4)), \(Numbers.short(interval.upperBound, digits: 4))]"
      }
      text += ", p = \(Numbers.short(verdict.probability, digits: 3))"
      text += ", \(verdict.satisfied) of \(verdict.perSeed.count) seeds\n"
      let seeds = verdict.perSeed.map { Numbers.short($0.compared, digits: 4) }
      text += "    seed by seed: \(seeds.joined(separator: "  "))\n"
    }
    text += "  scale of the paper: \(result.scale.paper)\n  scale here: \(result.scale.here)\n"
    if let tried = result.standing.tried { text += "  tried: \(tried)\n" }
    if result.isComplete, !result.confirmsStanding {
      text += "  its entry says \(result.standing.status.rawValue)\n"
    }
    return text
  }
}
