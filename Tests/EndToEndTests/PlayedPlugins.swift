// What the sandbox plays, for every file of these tests.
@_exported import GitHubSandbox
@_exported import GitLabSandbox
@_exported import GoogleSandbox
@_exported import WarehouseSandbox
