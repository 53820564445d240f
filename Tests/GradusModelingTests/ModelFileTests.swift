// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusModeling
import GradusNative
import GradusNumerics
import Testing

/// Files on disk: extensions, compression, and things that are no files.
@Suite final class ModelFileTests {
  let folder: String

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "gradus-files-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func path(_ name: String) -> String { "\(folder)/\(name)" }

  func message(_ path: String) -> String? {
    do {
      _ = try ModelFile.read(path: path)
      return nil
    } catch { return "\(error)".replacing(folder + "/", with: "") }
  }

  @Test(arguments: ["a.mps", "a.MPS", "a.qps", "b.v2.Lp", "a.lp"])
  func extensions(_ name: String) throws {
    let form = try LPReaderTests.read(LPReaderTests.everything)
    try ModelFile.write(form, to: path(name))
    #expect(try ModelFile.read(path: path(name)).difference(from: form) == nil)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [name])
  }

  static var hasZlib: Bool { (try? Zlib()) != nil }

  @Test(.enabled(if: hasZlib, "needs zlib"), arguments: ["a.mps.gz", "a.Qps.GZ", "a.LP.gz"])
  func compressed(_ name: String) throws {
    let form = try LPReaderTests.read(LPReaderTests.everything)
    try ModelFile.write(form, to: path(name))
    let bytes = try Data(contentsOf: URL(filePath: path(name)))
    #expect(bytes.prefix(2) == Data([0x1F, 0x8B]))
    #expect(try ModelFile.read(path: path(name)).difference(from: form) == nil)
    try bytes.prefix(bytes.count / 2).write(to: URL(filePath: path(name)))
    #expect(message(path(name))?.contains("the gzip data ends in the middle") == true)
    try Data("no gzip".utf8).write(to: URL(filePath: path(name)))
    #expect(message(path(name))?.contains("gzip") == true)
  }

  @Test func thingsThatAreNoModels() throws {
    let known = "expected one of .mps, .qps, .lp, .nl, .sif, .yaml, .yml, .json, .mof.json, each also with .gz"
    #expect(message(path("x.foo")) == "x.foo: the extension .foo is unknown; \(known)")
    #expect(message(path("plain")) == "plain: the file has no extension; \(known)")
    #expect(message(path("none.mps")) == "none.mps: no such file; expected a readable file")
    try FileManager.default.createDirectory(atPath: path("folder.mps"), withIntermediateDirectories: true)
    #expect(message(path("folder.mps")) == "folder.mps: this is a directory; expected a file")
    try Data().write(to: URL(filePath: path("empty.mps")))
    #expect(message(path("empty.mps")) == "empty.mps:1:1: the file is empty; expected a section NAME or ROWS")
    try Data((0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 7) }).write(to: URL(filePath: path("noise.mps")))
    #expect(message(path("noise.mps")) == "noise.mps:1:1: byte 0x0 is not text; expected a text file in UTF-8")
  }

  @Test func placesThatCannotBeWritten() throws {
    let form = try LPReaderTests.read(LPReaderTests.everything)
    let error = #expect(throws: WriteError.self) { try ModelFile.write(form, to: path("none/a.mps")) }
    #expect(error?.cause == "No such file or directory")
    #expect(throws: WriteError.self) { try ModelFile.write(form, to: path("a.txt")) }
  }

  @Test func foreignNamesAreEncodedAndComeBack() throws {
    var form = try LPReaderTests.read("min\n x + y + z + u + v\nst\n a: x >= 1\n b: y >= 1\nend\n")
    form.name = "two words"
    form.columnNames = ["a b", "1st", "e12", "100%", "end"]
    form.rowNames = ["", "x+y"]
    for format in ModelFormat.linear {
      let (bytes, losses) = try ModelFile.text(of: form, format: format)
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(losses.map(\.part) == ["names"])
      #expect(text.contains("a%20b"))
      #expect(try ModelFile.parse(text: text, format: format).form.difference(from: form) == nil)
    }
    #expect(
      try ModelFile.text(of: form, format: .mps).losses.first?.description
        == "names: 3 names are percent-encoded, for instance \"two words\" as two%20words")
    form.columnNames = ["x", "x", "y", "z", "u"]
    let error = #expect(throws: WriteError.self) { try ModelFile.text(of: form, format: .mps) }
    #expect(error?.description == "output: two columns are called x; give every one its own name")
  }

  @Test func contradictorySidesFitOnlyLP() throws {
    let form = try LPReaderTests.read("min\n x\nst\n c: 3 <= x <= 1\nend\n")
    let error = #expect(throws: WriteError.self) { try ModelFile.text(of: form, format: .mps) }
    #expect(
      error?.description
        == "output: the row c has the lower side 3.0 above the upper side 1.0; write an .lp file, or correct the row")
  }

  @Test func prioritiesOfSetsAreLostInLP() throws {
    let form = try MPSReaderTests.read(MPSSectionTests.text("SOS\n S1 set 7\n x 1\n y 2\n"))
    #expect(
      try ModelFile.text(of: form, format: .lp).losses.map(\.description) == [
        "sets: the priority 7 of set is left out"
      ])
  }

  /// Sides whose difference is not exact come back to the bit, or the loss of the last bit is told.
  @Test func rangesComeBack() throws {
    var stream = RandomStream(seed: 3)
    var exact = 0
    for _ in 0..<2000 {
      let scale = Double(Int.random(in: -12...12, using: &stream))
      let a = Double.random(in: -1...1, using: &stream)
      let b = Double.random(in: -1...1, using: &stream) * Foundation.pow(10, scale)
      var form = try LPReaderTests.read("min\n x\nst\n c: x >= 1\nend\n")
      form.rowLower = [min(a, b)]
      form.rowUpper = [max(a, b)]
      let (bytes, losses) = try ModelFile.text(of: form, format: .mps)
      let again = try ModelFile.parse(text: String(decoding: bytes, as: UTF8.self), format: .mps).form
      #expect(abs(again.rowLower[0] - form.rowLower[0]) <= form.rowLower[0].ulp)
      #expect(abs(again.rowUpper[0] - form.rowUpper[0]) <= form.rowUpper[0].ulp)
      #expect((again.difference(from: form) == nil) == losses.isEmpty)
      exact += losses.isEmpty ? 1 : 0
    }
    #expect(exact > 1900)
  }
}
