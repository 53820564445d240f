// SPDX-License-Identifier: Apache-2.0
import GradusAtlas
import GradusNumerics

/// A sound demonstration that takes no time: the mean of n draws against one draw, as estimates of a mean.
struct Averaging: AtlasEntry {
  static let system = "Learning to Relax"
  static let home = "a test"
  static let scale = AtlasScale(paper: "none", here: "100 draws")
  static let claims = [
    AtlasClaim(
      "error", "The average is at most half as far off.", metric: "error", baseline: "one draw", .atMost, 0.5)
  ]
  static let standing = AtlasStanding.holds
  init() {}

  func measure(
    _ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let (average, single) = Self.errors(trial.random)
    return [AtlasObservation("error", measured: average, baseline: single)]
  }

  /// Mean errors over 50 repetitions.
  static func errors(_ stream: RandomStream) -> (average: Double, single: Double) {
    var random = stream
    var (average, single) = (0.0, 0.0)
    for _ in 0..<50 {
      let draws = random.normals(100)
      average += abs(sum(draws.elements.span) / 100) / 50
      single += abs(draws[0]) / 50
    }
    return (average, single)
  }
}

/// Sound, with something beside that is doubted and not so.
struct Doubting: BrokenEntry {
  static var claims: [AtlasClaim] {
    Averaging.claims + [
      AtlasClaim(
        "doubt", "One draw is better.", metric: "error", baseline: "the average", .atMost, 1, isReported: true)
    ]
  }

  func measure(_ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject) async throws -> [AtlasObservation] {
    let (average, single) = Averaging.errors(trial.random)
    return [
      AtlasObservation("error", measured: average, baseline: single),
      AtlasObservation("doubt", measured: single, baseline: average),
    ]
  }
}

/// What an entry says beside its measurement, when nothing about it matters.
protocol BrokenEntry: AtlasEntry where Tuned == NothingTuned {}

extension BrokenEntry {
  static var system: String { Averaging.system }
  static var home: String { "a test" }
  static var scale: AtlasScale { Averaging.scale }
  static var claims: [AtlasClaim] { Averaging.claims }
  static var standing: AtlasStanding { .holds }
}

/// Prints figures that were measured once.
struct Stored: BrokenEntry {
  func measure(_ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject) async throws -> [AtlasObservation] {
    [AtlasObservation("error", measured: 0.1, baseline: 1)]
  }
}

/// Claims what nothing can violate.
struct Toothless: BrokenEntry {
  static var claims: [AtlasClaim] {
    [AtlasClaim("error", "It is no more than twice as bad.", metric: "error", baseline: "one draw", .atMost, 2)]
  }

  func measure(_ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject) async throws -> [AtlasObservation] {
    let (average, single) = Averaging.errors(trial.random)
    return [AtlasObservation("error", measured: average, baseline: single)]
  }
}

/// Ignores who is to be measured.
struct Deaf: BrokenEntry {
  static var saboteur: AtlasSaboteur { .crippled("one draw") }

  func measure(_ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject) async throws -> [AtlasObservation] {
    let (average, single) = Averaging.errors(trial.random)
    return [AtlasObservation("error", measured: average, baseline: single)]
  }
}

/// Draws from the system's generator.
struct Unseeded: BrokenEntry {
  func measure(_ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject) async throws -> [AtlasObservation] {
    let (average, single) = Averaging.errors(RandomStream(seed: .random(in: 0...UInt64.max)))
    return [AtlasObservation("error", measured: average, baseline: single)]
  }
}

/// Starves its baseline.
struct Unfair: BrokenEntry {
  func measure(_ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject) async throws -> [AtlasObservation] {
    let (average, single) = Averaging.errors(trial.random)
    return [
      AtlasObservation(
        "error", measured: average, baseline: single, budget: .init(system: 100, baseline: 1))
    ]
  }
}

/// Observes another claim than it makes.
struct Mislabeled: BrokenEntry {
  func measure(_ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject) async throws -> [AtlasObservation] {
    [AtlasObservation("speed", measured: 1, baseline: 2)]
  }
}
