// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFormulation
import GradusNumerics

/// A library of experience that grows from failures, on a double with 12 latent pitfalls.
///
///     a task carries 1 to 3 pitfalls and is solved only with an insight for each; each irrelevant insight adds 5 % failure
///     4 iterations of learning and evolution from 300 tasks, from 100 of them, and none at all; 300 tasks that were held out
///     beside: one evolution of what one pass of a student learned that sees every pitfall, on the tasks that were held out
///
/// The sheet leaves the double's rates open, and how much 200 more tasks bring follows from them: a failed attempt shows a pitfall with
/// probability 0.02, chosen after runs with 0.2 and 0.03, where 100 tasks show them all and more bring nothing: the last claim has the rate
/// 0.2, and says so. A lesson's condition is right, too wide or too narrow with 0.25, 0.5 and 0.25. Without a library nothing is solved,
/// as every task has a pitfall. The double shows that verifying, merging and evolving do what they are for, and nothing about language
/// models.
public struct AlphaOPTSystem: AtlasEntry {
  public static let system = "AlphaOPT"
  public static let home = "ExperienceLibrary, ExperienceLearner"
  public static let scale = AtlasScale(
    paper: "GPT-4o on 454 training problems, OptiBench",
    here: "300 simulated tasks a seed, 300 held out (fast: 180, 180)"
  )
  public static let claims = [
    AtlasClaim(
      "growth", "300 tasks to learn from solve at least 5 points more than 100.", metric: "share of tasks held out",
      baseline: "100 tasks", .atLeast, 0.05, comparison: .difference),
    AtlasClaim(
      "gain", "They solve at least 15 points more than no library.", metric: "share of tasks held out",
      baseline: "no library", .atLeast, 0.15, comparison: .difference),
    AtlasClaim(
      "precision", "One evolution raises the precision of retrieval by at least 10 points.",
      metric: "share of insights retrieved", baseline: "before it", .atLeast, 0.1, comparison: .difference,
      isSecondary: true),
    AtlasClaim(
      "recall", "It loses at most 2 points of recall.", metric: "share of insights that belong there",
      baseline: "before it", .atLeast, -0.02, comparison: .difference, isSecondary: true),
    AtlasClaim(
      "quick", "A student that sees ten times as many pitfalls still gains 5 points from 200 more tasks.",
      metric: "share of tasks held out", baseline: "100 tasks", .atLeast, 0.05, comparison: .difference,
      isReported: true),
  ]
  public static let standing = AtlasStanding.holds
  public static let saboteur = AtlasSaboteur.crippled(
    "the smaller library, or none, takes the place of the larger, and conditions go to the next insight in place of an evolution"
  )

  public init() {}

  public func measure(
    _ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    var stream = trial.random.child("student")
    let student = SimulatedExperience(seed: stream.next())
    let count = trial.size(fast: 180, claim: 300)
    let tasks = student.tasks(count, trial.random.child("learning"))
    let others = student.tasks(count, trial.random.child("held out"))
    let large = try await library(tasks, student)
    try trial.step(0.5)
    let small = try await library(Array(tasks.prefix(count / 3)), student)
    try trial.step(0.7)
    let most = try await ExperienceMeasure(large, on: others, by: student).solved
    let fewer = try await ExperienceMeasure(small, on: others, by: student).solved
    let none = try await ExperienceMeasure(ExperienceLibrary(), on: others, by: student).solved
    var learned = ExperienceLibrary()
    // Retrieval alone is looked at here: whoever sees every pitfall fills the library in one pass.
    var bright = student
    bright.notices = 1
    try await ExperienceLearner().learn(tasks, into: &learned, by: bright)
    let before = try await ExperienceMeasure(learned, on: others, by: bright)
    try trial.step(0.8)
    let isHonest = subject == .system
    if isHonest {
      try await ExperienceLearner().evolve(&learned, on: tasks, by: bright)
    } else {
      let conditions = learned.insights.map(\.condition)
      for (k, insight) in learned.insights.enumerated() {
        learned.replaceCondition(of: insight.id, by: conditions[(k + 1) % conditions.count], reason: "sabotage")
      }
    }
    let after = try await ExperienceMeasure(learned, on: others, by: bright)
    try trial.step(0.9)
    var quick = student
    quick.notices = 10 * student.notices
    let whole = try await ExperienceMeasure(library(tasks, quick), on: others, by: quick).solved
    let third = try await ExperienceMeasure(library(Array(tasks.prefix(count / 3)), quick), on: others, by: quick)
      .solved
    return [
      AtlasObservation("growth", measured: isHonest ? most : fewer, baseline: isHonest ? fewer : most),
      AtlasObservation("gain", measured: isHonest ? most : none, baseline: isHonest ? none : most),
      AtlasObservation("precision", measured: after.precision, baseline: before.precision),
      AtlasObservation("recall", measured: after.recall, baseline: before.recall),
      AtlasObservation("quick", measured: whole, baseline: third),
    ]
  }

  private func library(_ tasks: [String], _ student: SimulatedExperience) async throws -> ExperienceLibrary {
    var library = ExperienceLibrary()
    let learner = ExperienceLearner()
    for _ in 0..<4 {
      try await learner.learn(tasks, into: &library, by: student)
      try await learner.evolve(&library, on: tasks, by: student)
    }
    return library
  }
}
