// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusNative
import Testing

@Suite struct ComponentReportTests {
  @Test func everyComponentHasALineWithItsLicenceOrItsRemedy() {
    let reports = ComponentReport.all()
    #expect(reports.map(\.component.name) == ["HiGHS", "OpenBLAS", "zlib", "SQLite", "libpq", "libcurl"])
    for report in reports {
      let expected = report.isUsable ? report.component.licence : report.component.install
      #expect(report.description.contains(expected))
      #expect(!report.description.contains("\n"))
    }
  }

  @Test func aForeignFileIsReportedAsUnusable() throws {
    // zlib under the name of HiGHS: it opens, and lacks every function.
    let zlib = try #require(NativeLibrary.open(["/lib/x86_64-linux-gnu/libz.so.1", "libz.so.1", "libz.1.dylib"]))
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("gradus-doctor-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("libhighs.so").path
    guard zlib.path.hasPrefix("/") else { return }
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: zlib.path)
    let search = LibrarySearch(explicit: [path])
    #expect(throws: MissingComponent.self) { try Highs(search) }
    do { _ = try Highs(search) } catch {
      #expect(error.description.contains("without the function Highs_version"))
      #expect(error.description.contains("python3 -m pip install highsbox"))
    }
    let report = try #require(ComponentReport.all(search).first)
    #expect(report.path == path && !report.isUsable)
    #expect(report.description.hasPrefix("HiGHS: found in \(path) without the function Highs_version"))
  }
}
