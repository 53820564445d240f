// SPDX-License-Identifier: Apache-2.0
import GradusBlackBox
import GradusCore
import GradusNumerics

/// A reward behind a wall, looked for in a space of behaviors that is learned from 64 distances.
///
///     20 speeds of a walker in a maze with a U; a reward in a disk of radius 0.05 under the U, no hint elsewhere
///     beside: novelty search in the true places, CMA-ES on the reward;   20,000 walks each
///
/// Coverage counts cells of a grid of 50 × 50 in which some walk ended.
public struct STAXSystem: AtlasEntry {
  public static let system = "STAX"
  public static let home = "stax"
  public static let scale = AtlasScale(
    paper: "curling, mazes, a redundant arm and an ant", here: "one maze, 20,000 walks a seed (fast: 10,000)")
  public static let claims = [
    AtlasClaim(
      "found", "It finds the reward in at least 8 of 10 seeds.", metric: "1 when the reward was found",
      baseline: "CMA-ES on the reward", .atLeast, 1, comparison: .value, requirement: .share(0.8)),
    AtlasClaim(
      "coverage", "It covers at least 0.7 of what novelty search covers that is told the true places.",
      metric: "cells", baseline: "novelty search in the true places, mutation tuned", .atLeast, 0.7,
      requirement: .share(0.8)),
    AtlasClaim(
      "blind", "CMA-ES on the reward finds it in at most 2 of 10 seeds.", metric: "1 when CMA-ES found it", .atMost, 0,
      comparison: .value, requirement: .share(0.8)),
  ]
  public static let standing = AtlasStanding.holds
  public static let saboteur = AtlasSaboteur.crippled(
    "CMA-ES in the place of the system, and novelty search in that of CMA-ES")

  public init() {}

  /// What somebody saw of the maze.
  private struct Travels {
    var cells: Set<Int> = []
    var hasFound = false

    mutating func note(_ place: (x: Double, y: Double)) {
      cells.insert(min(49, Int(place.x * 50)) * 50 + min(49, Int(place.y * 50)))
      if UMaze.reward(place) > 0 { hasFound = true }
    }
  }

  public struct Tuned: Sendable {
    var learned: Double
    var told: Double
  }

  public func tune(_ trial: AtlasTrial) async throws -> Tuned {
    func best(_ isLearned: Bool) async throws -> Double {
      try await AtlasTuning.best(of: [0.02, 0.05, 0.1, 0.2], repeats: 1, on: trial) { mutation, random in
        -Double(try Self.explore(isLearned, mutation, trial, random).cells.count)
      }.candidate
    }
    return Tuned(learned: try await best(true), told: try await best(false))
  }

  public func measure(
    _ trial: AtlasTrial, tuned: Tuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let told = try Self.explore(false, tuned.told, trial, trial.random.child("novelty"))
    let blind = try Self.climb(trial, trial.random.child("climb"))
    let isHonest = subject == .system
    let own = isHonest ? try Self.explore(true, tuned.learned, trial, trial.random.child("learned")) : blind
    let answers = Double(Self.answers(trial))
    let budget = AtlasObservation.Budget(system: answers, baseline: answers)
    return [
      AtlasObservation(
        "found", measured: own.hasFound ? 1 : 0, baseline: blind.hasFound ? 1 : 0, budget: budget),
      AtlasObservation(
        "coverage", measured: Double(own.cells.count), baseline: Double(told.cells.count), budget: budget),
      AtlasObservation("blind", measured: (isHonest ? blind : told).hasFound ? 1 : 0),
    ]
  }

  private static func answers(_ trial: AtlasTrial) -> Int { trial.size(fast: 10_000, claim: 20_000) }

  private static func explore(
    _ isLearned: Bool, _ mutation: Double, _ trial: AtlasTrial, _ stream: RandomStream
  ) throws -> Travels {
    var method = STAX()
    method.learned = isLearned
    method.mutation = mutation
    var problem = try UMaze.problem
    if !isLearned { problem.features = Box(lower: [0, 0], upper: [1, 1]) }
    var state = method.start(problem, random: stream)
    var travels = Travels()
    for k in 0..<answers(trial) {
      if k % 100 == 0 { try trial.step(Double(k) / Double(answers(trial))) }
      guard let question = method.ask(&state) else { break }
      let place = UMaze.walk(question.point)
      travels.note(place)
      // Whoever is told the true places looks for novelty only.
      let behavior =
        isLearned
        ? Behavior(value: -UMaze.reward(place), features: UMaze.view(place))
        : Behavior(value: 0, features: [place.x, place.y])
      method.tell(&state, behavior, to: question)
    }
    return travels
  }

  private static func climb(_ trial: AtlasTrial, _ stream: RandomStream) throws -> Travels {
    let method = CMAES()
    let side = Vector(repeating: 1, count: UMaze.parameters)
    var state = method.start(BoxConstrained(Box(lower: -side, upper: side)), random: stream)
    var travels = Travels()
    for k in 0..<answers(trial) {
      if k % 100 == 0 { try trial.step(Double(k) / Double(answers(trial))) }
      guard let question = method.ask(&state) else { break }
      let place = UMaze.walk(question.point)
      travels.note(place)
      method.tell(&state, -UMaze.reward(place), to: question)
    }
    return travels
  }
}
