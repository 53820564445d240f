// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNative
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Runs what a step does outside of this process. Everything that goes wrong is a `WorkflowError` in one line.
struct StepRunner: Sendable {
  /// Bytes of an output, beyond which it is broken off.
  static let limit = 1 << 20
  let client: HTTPClient?

  /// What a command prints. Its words are its arguments: no shell reads them.
  func command(_ words: [String], input: String?, timeout: Double) async throws -> String {
    let name = words.first ?? ""
    let process: CommandProcess
    do { process = try CommandProcess(words) } catch {
      throw WorkflowError("the command '\(name)' cannot be started: \(error)")
    }
    defer { process.end() }
    var unsent = Array((input ?? "").utf8)[...]
    var (output, errors) = ([UInt8](), [UInt8]())
    let began = MonotonicTime.now
    var pause = 1
    while true {
      if !unsent.isEmpty, let count = process.write(unsent) { unsent = unsent.dropFirst(count) } else { unsent = [] }
      if unsent.isEmpty { process.closeInput() }
      let (told, said) = (process.read(.output), process.read(.errors))
      output += told ?? []
      errors = Array((errors + (said ?? [])).suffix(2000))
      guard output.count <= Self.limit else {
        throw WorkflowError("the command '\(name)' prints more than \(Self.limit) bytes")
      }
      if told == nil, said == nil, let ending = process.state {
        guard case .exited(0) = ending else {
          throw WorkflowError("the command '\(name)' ended with \(ending): \(Self.last(errors))")
        }
        return String(decoding: output, as: UTF8.self).trimmed
      }
      guard MonotonicTime.now - began < timeout else {
        throw WorkflowError("the command '\(name)' has not ended after \(timeout) s")
      }
      guard (told ?? []).isEmpty else {
        pause = 1
        continue
      }
      // Nothing to hear: longer and longer pauses.
      pause = min(20, pause * 2)
      do { try await Task.sleep(for: .milliseconds(pause)) } catch { throw ModelFailure.cancelled }
    }
  }

  private static func last(_ bytes: [UInt8]) -> String {
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    return lines.last.map { ModelFailure.plain(String($0)) } ?? "it says nothing"
  }

  /// The body of a response.
  func http(_ url: String, body: String?, timeout: Double) async throws -> String {
    guard let client else { throw WorkflowError("'\(url)' cannot be asked: libcurl was not found; install libcurl4") }
    let isJSON = body.map { (try? JSONValue(parsing: Array($0.utf8))) != nil } ?? false
    let headers =
      body == nil ? [] : [(name: "Content-Type", value: isJSON ? "application/json" : "text/plain; charset=utf-8")]
    let request = HTTPRequest(
      url, headers: headers, body: body.map { Array($0.utf8) }, timeout: timeout, limit: Self.limit)
    let response: HTTPResponse
    do { response = try await client.send(request) } catch {
      if case .cancelled = error { throw ModelFailure.cancelled }
      throw WorkflowError("'\(ModelFailure.plain(url))' gave no answer: \(ModelFailure.plain("\(error)"))")
    }
    let text = String(decoding: response.body, as: UTF8.self)
    guard (200..<300).contains(response.status) else {
      throw WorkflowError("'\(ModelFailure.plain(url))' answered \(response.status): \(ModelFailure.plain(text))")
    }
    return text.trimmed
  }
}

/// A program that stays and answers lines of JSON, one question at a time.
actor LineProgram {
  private let words: [String]
  private var process: CommandProcess?
  private var heard: [UInt8] = []
  private var number = 0
  private var isBusy = false
  private var queue: [CheckedContinuation<Void, Never>] = []

  init(_ words: [String]) { self.words = words }

  /// The output for an input. A program that ends, or does not answer in time, has failed; the next question starts it again.
  func ask(_ input: String, timeout: Double) async throws -> String {
    // Others may come while this one waits for an answer.
    if isBusy { await withCheckedContinuation { queue.append($0) } }
    isBusy = true
    defer {
      isBusy = false
      if !queue.isEmpty { queue.removeFirst().resume() }
    }
    do { return try await answer(input, timeout) } catch {
      if !(error is LineProgramAnswer) {
        process?.end()
        process = nil
      }
      throw (error as? LineProgramAnswer).map { WorkflowError($0.cause) } ?? error
    }
  }

  private func answer(_ input: String, _ timeout: Double) async throws -> String {
    let name = words.first ?? ""
    if process == nil {
      heard = []
      do { process = try CommandProcess(words) } catch {
        throw WorkflowError("the program '\(name)' cannot be started: \(error)")
      }
    }
    guard let process else { throw WorkflowError("the program '\(name)' is gone") }
    number += 1
    let question: JSONValue = ["id": .integer(number), "input": .string(input)]
    var unsent = Array("\(question)\n".utf8)[...]
    let began = MonotonicTime.now
    var pause = 1
    while true {
      if !unsent.isEmpty {
        guard let count = process.write(unsent) else { throw WorkflowError("the program '\(name)' reads no more") }
        unsent = unsent.dropFirst(count)
      }
      let told = process.read(.output)
      _ = process.read(.errors)
      heard += told ?? []
      if let output = try line(name) { return output }
      guard told != nil else { throw WorkflowError("the program '\(name)' ended without an answer") }
      guard heard.count <= StepRunner.limit else {
        throw WorkflowError("the program '\(name)' prints a line without an end")
      }
      guard MonotonicTime.now - began < timeout else {
        throw WorkflowError("the program '\(name)' has not answered after \(timeout) s")
      }
      pause = (told ?? []).isEmpty ? min(20, pause * 2) : 1
      do { try await Task.sleep(for: .milliseconds(pause)) } catch { throw ModelFailure.cancelled }
    }
  }

  /// The answer to the question that was asked last, where it has arrived; answers to others are passed over.
  private func line(_ name: String) throws -> String? {
    while let end = heard.firstIndex(of: UInt8(ascii: "\n")) {
      let bytes = Array(heard[..<end])
      heard.removeSubrange(...end)
      guard let value = try? JSONValue(parsing: bytes) else {
        throw WorkflowError(
          "the program '\(name)' wrote a line that is no JSON: '\(ModelFailure.plain(String(decoding: bytes.prefix(80), as: UTF8.self)))'"
        )
      }
      guard value["id"]?.whole == number else { continue }
      if let told = value["error"]?.text {
        throw LineProgramAnswer(cause: "the program '\(name)' says: \(ModelFailure.plain(told))")
      }
      guard let output = value["output"] else {
        throw WorkflowError("the program '\(name)' answered without \"output\"")
      }
      return output.text ?? output.description
    }
    return nil
  }
}

/// An error that the program itself has told: it goes on.
private struct LineProgramAnswer: Error {
  var cause: String
}
