// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

/// One problem of the demonstration and how it is solved.
struct DemoExample: Sendable {
  var title: String
  /// What a reader should know about it, in one sentence.
  var story: String
  /// A file of the examples folder, or `problem:…`.
  var source: String
  var method: String?
  var settings: [String] = []

  static let all = [
    DemoExample(
      title: "Diet", story: "A day of food at the least cost that meets seven needs: a linear program.",
      source: "diet.mps"),
    DemoExample(
      title: "Crew roster",
      story: "Who works which shift in a week, with rest, days off and fair loads: a mixed-integer program.",
      source: "crew_roster.lp"),
    DemoExample(
      title: "Portfolio", story: "The least variance for a required return: a convex quadratic program.",
      source: "portfolio.qps"),
    DemoExample(
      title: "Cooling curve", story: "Room temperature, start and rate from 36 readings: a least-squares fit.",
      source: "cooling.csv", method: "levenberg-marquardt"),
    DemoExample(
      title: "Black box in 20 dimensions",
      story: "The Rosenbrock valley, seen only through its values, by an evolution strategy.",
      source: "problem:rosenbrock,n=20", method: "cma-es", settings: ["restarts=none"]),
  ]
}

/// What came of one example.
struct DemoOutcome: Sendable {
  var example: DemoExample
  var document: ResultDocument
  var samples: [History.Sample]
}
