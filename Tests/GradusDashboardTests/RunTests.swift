// SPDX-License-Identifier: Apache-2.0
import Foundation
import Gradus
import GradusCore
import GradusDashboard
import Testing

struct RunTests {
  private func record(_ site: Site, ending: Bool) throws -> String {
    let path = site.path("runs/afiro.run")
    let recorder = try RunRecorder(
      path, name: "afiro <b>", method: "highs", seed: 7, settings: [.init("threads", "1")], host: "here", began: .now)
    var progress = RunProgress()
    for k in 1...5 {
      progress.answers = k
      progress.value = 10 / Double(k)
      progress.bound = 1 - 1 / Double(k)
      recorder.note(.answered(progress))
    }
    if ending {
      var document = ResultDocument()
      document.status = .optimal
      document.objectives = [2]
      document.bound = 2
      recorder.finish(document)
    }
    return path
  }

  @Test func recordsReadBack() async throws {
    let site = try Site()
    defer { site.clear() }
    let path = try record(site, ending: true)
    let record = try RunRecord(try AtomicFile.read(path), of: path)
    #expect(record.name == "afiro <b>" && record.method == "highs" && record.state == "optimal" && !record.isRunning)
    // What comes at once after another one waits; the first and the last are there.
    #expect(record.samples.first?.answers == 1 && record.samples.last?.answers == 5)
    #expect(record.samples.last?.value == 2 && record.samples.last?.bound == 0.8)
    let page = await site.text("/runs/afiro.run")
    #expect(
      page.contains("afiro &lt;b&gt;") && !page.contains("<b>") && page.contains("optimal") && page.contains("<svg"))
    #expect(await site.text("/").contains("/runs/afiro.run"))
  }

  @Test func aRunIsRunningWhileItsProcessIs() async throws {
    let site = try Site()
    defer { site.clear() }
    let path = try record(site, ending: false)
    var bytes = try AtomicFile.read(path)
    #expect(try RunRecord(bytes, of: path).state == "running")
    // A torn line is left out.
    bytes += Array("{\"seconds\": 5, \"ans".utf8)
    let torn = try RunRecord(bytes, of: path)
    #expect(torn.samples.count == 1)
    let text = String(decoding: bytes, as: UTF8.self)
    let number = ProcessInfo.processInfo.processIdentifier
    let gone = text.replacingOccurrences(of: "\"pid\":\(number)", with: "\"pid\":1073741824")
    #expect(gone != text)
    #expect(try RunRecord(Array(gone.utf8), of: path).state == "gone")
  }

  @Test func recordsAreNeverWrittenOver() throws {
    let site = try Site()
    defer { site.clear() }
    _ = try record(site, ending: true)
    #expect(throws: FileFailure.self) { try record(site, ending: true) }
  }

  @Test func logsOfTrainingsAreCurves() async throws {
    let site = try Site()
    defer { site.clear() }
    var text = "step,loss,rate,gradientNorm,heldOut\n"
    for k in 1...2000 { text += "\(k),\(1 / Double(k)),0.01,1.5,\(k % 500 == 0 ? "0.5" : "")\n" }
    text += "2001,0.0"
    try text.write(toFile: site.path("runs/net.csv"), atomically: true, encoding: .utf8)
    try "a,b\n1,2\n".write(toFile: site.path("runs/other.csv"), atomically: true, encoding: .utf8)
    let page = await site.text("/runs/net.csv")
    #expect(
      page.contains("<svg") && page.contains("held-out loss") && page.contains("2,000") && !page.contains("2,001"))
    #expect(await site.get("/runs/other.csv").status == 503)
    #expect(await site.get("/").status == 200)
  }

  @Test func otherFilesAreNoRecords() throws {
    for text in [
      "", "\n", "{}\n", "{\"schema\": \"gradus.run/2\"}\n", "{\"schema\": \"gradus.run/1\"}", "\u{0}\u{1}\n",
    ] {
      #expect(throws: FileFailure.self) { try RunRecord(Array(text.utf8), of: "a.run") }
    }
  }
}
