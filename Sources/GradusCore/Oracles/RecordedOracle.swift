// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// One question for a value and its answer, as a recording keeps it.
struct RecordedValue<Point: Codable>: Codable {
  var point: Point
  var value: Double
}

/// Writes every value it passes on into a journal, one line each.
public struct RecordingOracle<Point: Sendable & Codable>: ZerothOrderOracle {
  private let base: any ZerothOrderOracle<Point>
  private let journal: any Journal

  public init(_ base: any ZerothOrderOracle<Point>, to journal: any Journal) {
    self.base = base
    self.journal = journal
  }

  /// The value of the base, written down before it is passed on.
  public func value(at point: Point) async throws -> Double {
    let value = try await base.value(at: point)
    try journal.append(Coding.encode(RecordedValue(point: point, value: value)))
    return value
  }
}

/// Answers from a recording, without the oracle that made it. A point that was never asked is a failure.
public final class ReplayingOracle<Point: Sendable & Codable & Hashable>: ZerothOrderOracle {
  /// Answers a point, in the order they were recorded (an oracle under noise may have answered it differently each time).
  private let answers: Mutex<[Point: ArraySlice<Double>]>

  public init(from journal: any Journal) throws {
    var answers: [Point: ArraySlice<Double>] = [:]
    for line in try journal.lines() {
      let recorded = try Coding.decode(RecordedValue<Point>.self, from: line)
      answers[recorded.point, default: []].append(recorded.value)
    }
    self.answers = Mutex(answers)
  }

  /// The recorded value.
  public func value(at point: Point) async throws -> Double {
    guard let value = try immediateValue(at: point) else {
      throw OracleFailure(question: "value", cause: "the recording has no answer for this point")
    }
    return value
  }

  /// The next value recorded for this point; the last one stays.
  public func immediateValue(at point: Point) throws -> Double? {
    let value = answers.withLock { answers -> Double? in
      guard let recorded = answers[point], let first = recorded.first else { return nil }
      // The last answer stays, for a replay that asks more often than the recording did.
      if recorded.count > 1 { answers[point] = recorded.dropFirst() }
      return first
    }
    guard let value else { throw OracleFailure(question: "value", cause: "the recording has no answer for this point") }
    return value
  }
}

extension ZerothOrderOracle {
  /// The same oracle, with every answer written down.
  public func recorded(to journal: any Journal) -> RecordingOracle<Point> { RecordingOracle(self, to: journal) }
}
