// SPDX-License-Identifier: Apache-2.0

/// A question in flight, and the number under which its answer is told.
public struct Ticket<Question: Query & Codable>: Sendable, Codable {
  public let number: Int
  public let question: Question

  /// The question alone, so that nobody else keeps its buffers alive.
  consuming func release() -> Question { question }
}

/// An answer came under a number that is not in flight.
public struct UnknownTicket: Error, Sendable, Hashable, CustomStringConvertible {
  public var number: Int
  public var description: String {
    "no question \(number) is waiting for an answer; it was never asked or already answered"
  }
}

/// In which order answers are told when several are in flight.
public enum Delivery: String, Sendable, Codable {
  /// In the order of the questions: the same bits, however the work was scheduled.
  case inOrder
  /// At once: nobody waits, and the journal is what replays the run.
  case asArrived
}

/// When a run saves itself.
public struct Saving: Sendable {
  public var path: String
  /// Save when this much time has passed since the last save.
  public var every: Duration
  /// Save when this many answers were told since the last save.
  public var answers: Int

  public init(to path: String, every: Duration = .seconds(5), answers: Int = .max) {
    self.path = path
    self.every = every
    self.answers = answers
  }
}
