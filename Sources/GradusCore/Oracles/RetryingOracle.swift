// SPDX-License-Identifier: Apache-2.0

/// Asks again when the oracle fails, up to a number of attempts, waiting twice as long each time.
public struct RetryingOracle<Point: Sendable & Codable>: ZerothOrderOracle {
  private let base: any ZerothOrderOracle<Point>
  private let attempts: Int
  private let pause: Duration

  public init(_ base: any ZerothOrderOracle<Point>, attempts: Int = 3, pause: Duration = .milliseconds(100)) {
    precondition(attempts > 0, "at least one attempt is needed")
    self.base = base
    self.attempts = attempts
    self.pause = pause
  }

  /// f(x) of the first attempt that succeeds. Throws `OracleFailure` with the last cause; cancellation is passed on.
  public func value(at point: Point) async throws -> Double {
    var wait = pause
    for attempt in 1... {
      do { return try await base.value(at: point) } catch {
        if error is CancellationError { throw error }
        guard attempt < attempts else {
          throw OracleFailure(question: "value", attempts: attempt, cause: "\(error)", underlying: error)
        }
      }
      if wait > .zero { try await Task.sleep(for: wait) }
      wait *= 2
    }
    throw OracleFailure(question: "value", attempts: attempts, cause: "no attempt was made")
  }
}

extension ZerothOrderOracle {
  /// The same oracle, asked again when it fails.
  public func retrying(attempts: Int = 3, pause: Duration = .milliseconds(100)) -> RetryingOracle<Point> {
    RetryingOracle(self, attempts: attempts, pause: pause)
  }
}
