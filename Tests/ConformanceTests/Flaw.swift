// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a small method. Each flaw is caught by exactly one law.
enum FlawKind {
  case none
  // Of descents, which ask one question at a time.
  case drawsFromSystem, asksDifferentlyTwice, keepsReference, forgetsField, roundsJournal, asksOracleTwice, flatters
  case reportsNaN, climbs, idleSetting, looseRange, overstatesInvariance, overstatesRate
  // Of searches, which ask many.
  case dependsOnWidth, mistakesOrder, asksOutside, wakesUp, overstatesMonotony
  // Of methods that promise not to copy.
  case copiesBuffer
}

/// A flaw as a type, so that each combination is a method of its own.
protocol Flaw: Sendable { static var kind: FlawKind { get } }

enum Sound: Flaw { static var kind: FlawKind { .none } }
enum DrawsFromSystem: Flaw { static var kind: FlawKind { .drawsFromSystem } }
enum AsksDifferentlyTwice: Flaw { static var kind: FlawKind { .asksDifferentlyTwice } }
enum KeepsReference: Flaw { static var kind: FlawKind { .keepsReference } }
enum ForgetsField: Flaw { static var kind: FlawKind { .forgetsField } }
enum RoundsJournal: Flaw { static var kind: FlawKind { .roundsJournal } }
enum AsksOracleTwice: Flaw { static var kind: FlawKind { .asksOracleTwice } }
enum Flatters: Flaw { static var kind: FlawKind { .flatters } }
enum ReportsNaN: Flaw { static var kind: FlawKind { .reportsNaN } }
enum Climbs: Flaw { static var kind: FlawKind { .climbs } }
enum IdleSetting: Flaw { static var kind: FlawKind { .idleSetting } }
enum LooseRange: Flaw { static var kind: FlawKind { .looseRange } }
enum OverstatesInvariance: Flaw { static var kind: FlawKind { .overstatesInvariance } }
enum OverstatesRate: Flaw { static var kind: FlawKind { .overstatesRate } }
enum DependsOnWidth: Flaw { static var kind: FlawKind { .dependsOnWidth } }
enum MistakesOrder: Flaw { static var kind: FlawKind { .mistakesOrder } }
enum AsksOutside: Flaw { static var kind: FlawKind { .asksOutside } }
enum WakesUp: Flaw { static var kind: FlawKind { .wakesUp } }
enum OverstatesMonotony: Flaw { static var kind: FlawKind { .overstatesMonotony } }
enum CopiesBuffer: Flaw { static var kind: FlawKind { .copiesBuffer } }
