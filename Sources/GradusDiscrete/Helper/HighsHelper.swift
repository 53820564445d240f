// SPDX-License-Identifier: Apache-2.0
import GradusCore
public import GradusNative

/// The other side of `ProcessOracle`: a process that answers one question to HiGHS and ends.
///
/// HiGHS is opened while the model is still being read on the other side. The process ends when its input ends, whatever
/// it is doing, so it never outlives the program that started it.
public enum HighsHelper {
  /// Serves one model and one question; the exit code of the process. Leave with `_exit` to spare HiGHS's own farewell.
  ///
  /// `output` must be used by nobody else; when it is standard output, that is redirected first, because solver libraries
  /// print there at times.
  public static func serve(input: Int32, output: Int32, search: LibrarySearch = .standard) -> Int32 {
    guard let output = HelperStreams.claim(output) else { return 1 }
    let incoming = ByteChannel(descriptor: input)
    let outgoing = ByteChannel(descriptor: output)
    let stop = StopFlag()
    let mail = Mailbox<Request>()
    // The reader ends the process when the input ends, so it may live as long as that.
    let reading = HelperStreams.thread {
      do {
        mail.put(try request(from: incoming))
        while true {
          if try HelperMessage.receive(from: incoming, idle: {}).kind == .interrupt { stop.raise() }
        }
      } catch { HelperStreams.end(error as? HelperError == .closed ? 0 : 2) }
    }
    guard reading else { return 1 }
    func send(_ message: HelperMessage) { _ = message.send(over: outgoing, idle: {}) }
    let highs: Highs
    do { highs = try Highs(search) } catch {
      send(HelperMessage(missing: error))
      return 5
    }
    let inquiry = HighsInquiry(
      highs: highs, shouldStop: { stop.isRaised }, relay: { send(HelperMessage(interim: $0)) },
      settle: { send(HelperMessage(.provisional, $0)) })
    do { send(HelperMessage(.answer, try answer(mail.take(), inquiry))) } catch {
      guard let complaint = error as? SettingError else { return 1 }
      send(HelperMessage(complaint: complaint))
    }
    return 0
  }

  private struct Request: Sendable {
    var form: StandardForm
    var question: SolveLinear
  }

  /// In a function of its own, so that the arrays of the message belong to nobody else when it returns.
  private static func request(from channel: ByteChannel) throws -> Request {
    let model = try HelperMessage.receive(from: channel, idle: {})
    let question = try HelperMessage.receive(from: channel, idle: {})
    guard model.kind == .model, question.kind == .question else { throw HelperError.damaged }
    return Request(form: try model.model(), question: try question.question())
  }

  /// Splits the request so that nothing but HiGHS keeps the model while it works.
  private static func answer(_ request: consuming Request, _ inquiry: HighsInquiry) throws -> LinearAnswer {
    let question = request.question
    let form = request.form
    _ = consume request
    return try inquiry.answer(question, about: consume form)
  }
}
