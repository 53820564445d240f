// SPDX-License-Identifier: Apache-2.0
import GradusLanguage
import GradusNative

/// Tests/tools/model_stub.py at work.
final class ModelStub {
  private let process: CommandProcess
  let port: Int
  var url: String { "http://127.0.0.1:\(port)" }

  init(_ file: String = #filePath) throws {
    let tests = file.split(separator: "/").dropLast(2).joined(separator: "/")
    process = try CommandProcess(["python3", "/\(tests)/tools/model_stub.py"])
    var text = ""
    while !text.contains("\n") {
      CommandProcess.wait(for: [process], seconds: 1)
      guard let bytes = process.read(.output), process.state == nil else { throw StubError.ended }
      text += String(decoding: bytes, as: UTF8.self)
    }
    port = Int(text.split(separator: "\n")[0]) ?? 0
  }

  enum StubError: Error { case ended }

  func endpoint(_ client: HTTPClient) throws -> ModelEndpoint { try ModelEndpoint(url, client: client) }
}
