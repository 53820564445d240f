// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFormulation
import GradusModeling
import GradusNumerics

/// An audit of annotated word problems, against comparing answers alone.
///
///     200 generated problems a seed (fast: 20), each with a model and labels; one in five gets a fault: a wrong optimum, a flipped
///     sense, lost integrality, infeasible data, a unit that slipped – in the label or in the model, whose
///     answer the label then takes over
///     found: the audit reports the fault under its name;   false alarm: anything reported of a problem without a fault
///     answers alone: what benchmarks can check that hold words and a number, namely whether it is one
///
/// The 200 problems come from the pool of demonstrations; the audit itself takes any five-element statement.
public struct ORThoughtSystem: AtlasEntry {
  public static let system = "ORThought"
  public static let home = "BenchmarkAudit, AnnotatedProblem, LabelFault"
  public static let scale = AtlasScale(
    paper: "NLP4LP, ComplexOR, IndustryOR and LogiOR, annotated by experts",
    here: "generated problems with injected faults")
  public static let claims = [
    AtlasClaim(
      "found", "At least 95 % of the faults are found, by their names.", metric: "share of faults",
      baseline: "answers alone", .atLeast, 0.95, comparison: .value),
    AtlasClaim(
      "alarms", "At most 2 % of the problems without a fault are accused.", metric: "share of faultless problems",
      .atMost, 0.02, comparison: .value),
    AtlasClaim(
      "answers", "Comparing answers alone finds none.", metric: "share of faults", baseline: "audit", .atMost, 0,
      comparison: .value, requirement: .everySeed, isSecondary: true),
    AtlasClaim(
      "reported", "A fault shows in more than one place.", metric: "findings a faulty problem", .atLeast, 1,
      comparison: .value, isReported: true),
  ]
  public static let standing = AtlasStanding.holds
  public static let saboteur = AtlasSaboteur.crippled(
    "answers alone, whose place the audit takes, and labels of other problems")

  public init() {}

  public func measure(
    _ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let isHonest = subject == .system
    let problems = try await Self.problems(trial.size(fast: 20, claim: 200), trial)
    let audit = BenchmarkAudit(), executor = ModelExecutor()
    var (faults, found, reported, answers, faultless, alarms) = (0, 0, 0, 0, 0, 0)
    for (k, problem) in problems.enumerated() {
      try trial.step(0.5 + 0.5 * Double(k) / Double(problems.count))
      if k % 5 == 0, let spoilt = try await Self.spoilt(problem, k, trial, executor) {
        faults += 1
        let findings = try await audit.findings(spoilt.problem)
        reported += findings.count
        if findings.contains(where: { $0.fault == spoilt.fault.finding }) { found += 1 }
        if !spoilt.problem.optimum.isFinite { answers += 1 }
      } else {
        faultless += 1
        var shown = problem
        // The saboteur sees each problem with the optimum of the next one.
        if !isHonest { shown.optimum = problems[(k + 1) % problems.count].optimum }
        if !(try await audit.findings(shown)).isEmpty { alarms += 1 }
      }
    }
    func share(_ part: Int, _ all: Int) -> Double { Double(part) / Double(max(1, all)) }
    let (own, other) = (share(found, faults), share(answers, faults))
    return [
      AtlasObservation("found", measured: isHonest ? own : other, baseline: isHonest ? other : own),
      AtlasObservation("alarms", measured: share(alarms, faultless)),
      AtlasObservation("answers", measured: isHonest ? other : own, baseline: isHonest ? own : other),
      AtlasObservation("reported", measured: share(reported, faults)),
    ]
  }

  private static func problems(_ count: Int, _ trial: AtlasTrial) async throws -> [AnnotatedProblem] {
    let synthesis = DemonstrationSynthesis()
    let categories = SocraticDemonstration.Category.allCases
    var problems: [AnnotatedProblem] = []
    for k in 0..<count {
      try trial.step(0.5 * Double(k) / Double(count))
      let random = trial.random.child("problem", k)
      guard let kept = try await synthesis.demonstration(categories[k % 4], random),
        let text = kept.demonstration.question(kept.demonstration.steps.count),
        let optimum = kept.executions.last?.objective
      else { throw AtlasFault("no problem was drawn") }
      problems.append(
        try AnnotatedProblem(id: "\(k)", text: text, statement: kept.demonstration.statement, optimum: optimum))
    }
    return problems
  }

  private struct Spoilt {
    var fault: LabelFault
    var problem: AnnotatedProblem
  }

  /// Each kind of fault in turn; the next one where a problem has no place for it.
  private static func spoilt(
    _ problem: AnnotatedProblem, _ k: Int, _ trial: AtlasTrial, _ executor: ModelExecutor
  ) async throws -> Spoilt? {
    let kinds = LabelFault.allCases
    for turn in 0..<kinds.count {
      let fault = kinds[(k / 5 + turn) % kinds.count]
      let random = trial.random.child("fault", 10 * k + turn)
      if let wrong = try await fault.applied(to: problem, by: executor, random) {
        return Spoilt(fault: fault, problem: wrong)
      }
    }
    return nil
  }
}
