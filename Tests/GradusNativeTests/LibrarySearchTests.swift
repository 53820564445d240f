// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusNative
import Testing

@Suite struct LibrarySearchTests {
  private static let library = "libhighs.so"

  /// Runs `body` in a fresh folder that is removed afterwards.
  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("gradus-search-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
  }

  private func touch(_ path: String) throws {
    try FileManager.default.createDirectory(
      at: URL(fileURLWithPath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data().write(to: URL(fileURLWithPath: path))
  }

  @Test func explicitPlacesComeFirstThenTheVariableThenTheSystemThenWheels() throws {
    try inFolder { root in
      try touch(root + "/given/libhighs.so")
      try touch(root + "/path/libhighs.so")
      try touch(root + "/repo/.tools/python/highsbox/highs_dist/lib/libhighs.so")
      let search = LibrarySearch(
        explicit: [root + "/given"], environment: ["GRADUS_LIBRARY_PATH": root + "/absent:" + root + "/path"],
        executable: root + "/repo/.build/release/gradus")
      #expect(
        Array(search.candidates(for: [Self.library]).prefix(4)) == [
          root + "/given/libhighs.so", root + "/path/libhighs.so", "libhighs.so",
          root + "/repo/.tools/python/highsbox/highs_dist/lib/libhighs.so",
        ])
    }
  }

  @Test(arguments: [
    ("lib/python3.12/site-packages", ["VIRTUAL_ENV": "@"]),
    (".local/lib/python3.11/site-packages", ["HOME": "@"]),
    (".pyenv/versions/3.13.1/lib/python3.13/site-packages", ["HOME": "@"]),
    ("lib/python3.9/dist-packages", ["PATH": "/nowhere:@/bin"]),
  ])
  func wheelsAreFoundInPythonFolders(folder: String, environment: [String: String]) throws {
    try inFolder { root in
      try touch(root + "/bin/python3")
      let lib = root + "/" + folder + "/highsbox/highs_dist/lib"
      try touch(lib + "/libhighs.so")
      let search = LibrarySearch(environment: environment.mapValues { $0.replacingOccurrences(of: "@", with: root) })
      #expect(search.candidates(for: [Self.library]).contains(lib + "/libhighs.so"))
    }
  }

  @Test func aProgramInstalledByAWheelFindsItsNeighbours() throws {
    try inFolder { root in
      let lib = root + "/lib/python3.11/site-packages/highsbox/highs_dist/lib"
      try touch(lib + "/libhighs.so")
      for executable in ["/bin/gradus", "/lib/python3.11/site-packages/gradus/bin/gradus"] {
        let search = LibrarySearch(executable: root + executable)
        #expect(search.candidates(for: [Self.library]).contains(lib + "/libhighs.so"))
      }
    }
  }

  @Test func anExplicitFileServesOnlyItsOwnLibrary() throws {
    try inFolder { root in
      try touch(root + "/libhighs.so.1.15")
      let search = LibrarySearch(explicit: [root + "/libhighs.so.1.15"])
      #expect(search.candidates(for: ["libhighs.so"]).first == root + "/libhighs.so.1.15")
      #expect(search.candidates(for: ["libz.so.1"]).first == "libz.so.1")
    }
  }

  @Test func theProcessKnowsItsOwnExecutable() {
    #expect(LibrarySearch.standard.executable?.hasPrefix("/") == true)
  }
}
