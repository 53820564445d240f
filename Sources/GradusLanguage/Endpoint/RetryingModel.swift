// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Asks again where a failure may pass: after 2ᵏ·`delay`·(½ + u/2) seconds, u uniform in [0, 1), or as long as the server said.
///
/// The jitter depends on the request and the attempt alone. Source: M. Brooker, "Exponential backoff and jitter" (2015).
public struct RetryingModel: ModelService {
  public var base: any ModelService
  /// How often a request is put in all.
  public var attempts: Int
  /// Seconds before the second attempt.
  public var delay: Double
  /// The longest pause, also where the server asks for more.
  public var longest: Double

  public init(_ base: any ModelService, attempts: Int = 5, delay: Double = 0.5, longest: Double = 60) {
    self.base = base
    self.attempts = attempts
    self.delay = delay
    self.longest = longest
  }

  public var name: String { base.name }
  public var abilities: ModelAbilities { base.abilities }

  /// What was heard before a stream was cut is heard again.
  public func reply(
    to request: ModelRequest, hearing listener: ModelListener?
  ) async throws(ModelFailure) -> ModelReply {
    var attempt = 1
    while true {
      do { return try await base.reply(to: request, hearing: listener) } catch {
        guard error.isPassing, attempt < attempts else { throw error }
        do { try await Task.sleep(for: .seconds(pause(after: error, attempt, request))) } catch { throw .cancelled }
        attempt += 1
      }
    }
  }

  func pause(after failure: ModelFailure, _ attempt: Int, _ request: ModelRequest) -> Double {
    if case .busy(_, _, _, let told?) = failure, told >= 0 { return min(told, longest) }
    var mark = Fingerprint()
    mark.mix(request.json.description)
    mark.mix(attempt)
    let share = Double(mark.value >> 11) * 0x1p-53
    let power = Double(sign: .plus, exponent: min(attempt - 1, 30), significand: 1)
    return min(delay * power * (0.5 + 0.5 * share), longest)
  }
}
