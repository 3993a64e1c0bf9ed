import type { AccessLevel, TeamRole, Visibility } from '../db/schema.ts'

/*
 * The sample data: a shop with a platform team, a payments group and a private research lab. All names and values are
 * fictitious. Ages are in days before the first run.
 */

export const SAMPLE_USERS = [
  { username: 'alice', displayName: 'Alice Archer', email: 'alice@example.com' },
  { username: 'bob', displayName: 'Bob Baker', email: 'bob@example.com' },
  { username: 'carol', displayName: 'Carol Chen', email: 'carol@example.com' },
] as const

export type SampleUser = (typeof SAMPLE_USERS)[number]['username'] | 'admin'

interface SampleTeam {
  description: string
  members: Partial<Record<SampleUser, TeamRole>>
}

export interface SampleOrg {
  visibility: Visibility
  owner: SampleUser
  teams: Record<string, SampleTeam>
  projects: Record<string, SampleProject>
  secrets: SampleSecret[]
}

export interface SampleProject {
  description: string
  visibility: Visibility
  owner: SampleUser
  age: number
  grants?: Record<string, AccessLevel>
  /** Name, URL, branch, folder, and the secret used to fetch it. */
  repositories: [name: string, url: string, branch: string, path?: string | undefined, secret?: string][]
}

export interface SampleSecret {
  name: string
  kind: 'pair' | 'login' | 'text' | 'file'
  visibility: Visibility
  owner: SampleUser
  age: number
  /** When the value was last changed, in days before now. */
  changed?: number
  storePassword?: true
  projects?: string[]
  grants?: Record<string, AccessLevel>
}

type Facts = Omit<SampleSecret, 'kind' | 'name' | 'visibility' | 'owner' | 'age'>

const secret =
  (kind: SampleSecret['kind'], visibility: Visibility) =>
  (name: string, owner: SampleUser, age: number, facts: Facts = {}): SampleSecret => ({
    ...{ name, kind, visibility, owner, age },
    ...facts,
  })

const pair = secret('pair', 'PRIVATE')
const publicPair = secret('pair', 'PUBLIC')
const login = secret('login', 'PRIVATE')
const publicLogin = secret('login', 'PUBLIC')
const text = secret('text', 'PRIVATE')
const publicText = secret('text', 'PUBLIC')
const file = secret('file', 'PRIVATE')
const publicFile = secret('file', 'PUBLIC')

const defaultTeam = (owner: SampleUser): SampleTeam => ({ description: 'Default team', members: { [owner]: 'OWNER' } })
const ssh = (path: string) => `git@git.example.com:${path}.git`
const https = (path: string) => `https://git.example.com/${path}.git`

export const SAMPLE_ORGS: Record<string, SampleOrg> = {
  acme: {
    visibility: 'PUBLIC',
    owner: 'admin',
    teams: {
      default: defaultTeam('admin'),
      deployers: { description: 'May deploy the shop', members: { alice: 'MAINTAINER', bob: 'MEMBER' } },
      auditors: { description: 'Look, but do not touch', members: { carol: 'MEMBER' } },
    },
    projects: {
      storefront: {
        description: 'What customers see',
        visibility: 'PUBLIC',
        owner: 'alice',
        age: 820,
        grants: { deployers: 'WRITER' },
        repositories: [
          ['web', ssh('acme/storefront-web'), 'main', undefined, 'git-key'],
          ['flows', ssh('acme/storefront-flows'), 'main', 'concord', 'git-key'],
          ['design', ssh('acme/design-system'), 'main', undefined, 'github-deploy-key'],
        ],
      },
      checkout: {
        description: 'Cart, prices and orders',
        visibility: 'PRIVATE',
        owner: 'alice',
        age: 640,
        grants: { deployers: 'OWNER', auditors: 'READER' },
        repositories: [
          ['cart', ssh('acme/cart'), 'main', undefined, 'github-deploy-key'],
          ['prices', ssh('acme/prices'), 'main', undefined, 'github-deploy-key'],
          ['orders', ssh('acme/orders'), 'release', 'deploy', 'github-deploy-key'],
        ],
      },
      warehouse: {
        description: 'Stock and shipping',
        visibility: 'PRIVATE',
        owner: 'bob',
        age: 510,
        grants: { deployers: 'WRITER' },
        repositories: [
          ['stock', ssh('acme/stock'), 'main', undefined, 'github-deploy-key'],
          ['labels', ssh('acme/labels'), 'main', undefined, 'github-deploy-key'],
          // A repository cannot read a secret with a store password: a broken link for users to find.
          ['carriers', https('acme/carriers'), 'main', undefined, 'carrier-login'],
        ],
      },
      reporting: {
        description: 'Nightly figures',
        visibility: 'PRIVATE',
        owner: 'admin',
        age: 300,
        grants: { auditors: 'READER' },
        repositories: [
          ['figures', ssh('acme/figures'), 'main', undefined, 'github-deploy-key'],
          ['exports', https('acme/exports'), 'main', 'flows', 'report-bot'],
        ],
      },
    },
    secrets: [
      pair('git-key', 'alice', 412, {
        changed: 47,
        projects: ['storefront'],
        grants: { deployers: 'WRITER', auditors: 'READER' },
      }),
      pair('github-deploy-key', 'admin', 930, {
        changed: 401,
        projects: ['storefront', 'checkout', 'warehouse', 'reporting'],
        grants: { deployers: 'WRITER' },
      }),
      publicPair('mirror-key', 'bob', 702),
      pair('backup-host-key', 'admin', 655, { grants: { deployers: 'READER' } }),
      login('carrier-login', 'bob', 388, { storePassword: true, grants: { deployers: 'READER' } }),
      login('report-bot', 'admin', 291, { projects: ['reporting'], grants: { auditors: 'READER' } }),
      login('registry-login', 'alice', 540, { changed: 12, projects: ['checkout', 'storefront'] }),
      login('smtp-relay', 'alice', 77, { grants: { deployers: 'OWNER' } }),
      publicLogin('demo-shop-login', 'bob', 133),
      login('search-cluster', 'admin', 1011, { changed: 660 }),
      text('slack-webhook', 'alice', 222, { grants: { deployers: 'WRITER' } }),
      text('pager-token', 'alice', 31),
      text('maps-api-key', 'bob', 845, { changed: 15, projects: ['warehouse'] }),
      publicText('analytics-site-id', 'carol', 1040),
      text('session-signing-key', 'admin', 180, { storePassword: true }),
      text('feature-flags-token', 'alice', 9, { projects: ['storefront'] }),
      text('cdn-purge-token', 'bob', 266, { grants: { deployers: 'READER' } }),
      text('tax-service-token', 'admin', 498, { changed: 498 - 365, projects: ['checkout'] }),
      file('web-tls-bundle', 'alice', 350, { changed: 20, projects: ['storefront'] }),
      publicFile('company-root-ca', 'admin', 1078),
      file('kubeconfig-staging', 'alice', 144, { grants: { deployers: 'WRITER' } }),
      file('kubeconfig-production', 'admin', 144, { storePassword: true, grants: { deployers: 'READER' } }),
      file('warehouse-vpn-profile', 'bob', 57, { projects: ['warehouse'] }),
    ],
  },

  platform: {
    visibility: 'PUBLIC',
    owner: 'admin',
    teams: {
      default: defaultTeam('admin'),
      core: { description: 'Runs the clusters', members: { bob: 'MAINTAINER', alice: 'MEMBER' } },
    },
    projects: {
      clusters: {
        description: 'Terraform and Helm for all clusters',
        visibility: 'PRIVATE',
        owner: 'bob',
        age: 990,
        grants: { core: 'OWNER' },
        repositories: [
          ['terraform', ssh('platform/terraform'), 'main', undefined, 'infra-git-key'],
          ['charts', ssh('platform/charts'), 'main', undefined, 'infra-git-key'],
        ],
      },
      observability: {
        description: 'Dashboards and alerts as code',
        visibility: 'PUBLIC',
        owner: 'alice',
        age: 420,
        grants: { core: 'WRITER' },
        repositories: [
          ['dashboards', https('platform/dashboards'), 'main'],
          ['alerts', ssh('platform/alerts'), 'main', undefined, 'infra-git-key'],
        ],
      },
    },
    secrets: [
      pair('infra-git-key', 'bob', 988, { changed: 300, grants: { core: 'WRITER' } }),
      pair('bastion-key', 'admin', 720, { storePassword: true, grants: { core: 'READER' } }),
      publicPair('helm-signing-key', 'bob', 515),
      login('registry-push', 'bob', 610, { changed: 61, projects: ['clusters'] }),
      login('grafana-admin', 'alice', 400, { projects: ['observability'], grants: { core: 'READER' } }),
      login('artifact-mirror', 'admin', 870, { grants: { core: 'OWNER' } }),
      text('terraform-state-token', 'bob', 366, { projects: ['clusters'] }),
      text('dns-api-token', 'bob', 233, { changed: 4, grants: { core: 'READER' } }),
      text('vault-transit-token', 'admin', 90),
      publicText('status-page-id', 'alice', 777),
      text('alertmanager-hook', 'alice', 198, { projects: ['observability'] }),
      file('cluster-admin-kubeconfig', 'admin', 505, { storePassword: true }),
      file('etcd-client-bundle', 'bob', 481, { changed: 116 }),
      publicFile('internal-ca-bundle', 'bob', 1090),
    ],
  },

  payments: {
    visibility: 'PUBLIC',
    owner: 'admin',
    teams: {
      default: defaultTeam('admin'),
      operators: { description: 'Keeps the money moving', members: { alice: 'MEMBER', carol: 'MEMBER' } },
      reviewers: { description: 'Second pair of eyes', members: { carol: 'MAINTAINER' } },
    },
    projects: {
      gateway: {
        description: 'Card and bank connections',
        visibility: 'PRIVATE',
        owner: 'admin',
        age: 760,
        grants: { operators: 'WRITER', reviewers: 'READER' },
        repositories: [
          ['service', ssh('payments/gateway'), 'main', undefined, 'gateway-git-key'],
          ['settlement', ssh('payments/settlement'), 'main', 'flows', 'gateway-git-key'],
        ],
      },
      ledger: {
        description: 'The books',
        visibility: 'PRIVATE',
        owner: 'carol',
        age: 350,
        grants: { reviewers: 'OWNER' },
        repositories: [['flows', ssh('payments/ledger'), 'main', undefined, 'ledger-git-key']],
      },
    },
    secrets: [
      pair('gateway-git-key', 'admin', 758, { projects: ['gateway'], grants: { operators: 'WRITER' } }),
      pair('ledger-git-key', 'carol', 340, { projects: ['ledger'], grants: { reviewers: 'OWNER' } }),
      pair('settlement-sftp-key', 'admin', 644, { changed: 88, grants: { operators: 'READER' } }),
      login('acquirer-portal', 'carol', 402, { storePassword: true, grants: { reviewers: 'READER' } }),
      login('fraud-service', 'admin', 256, { projects: ['gateway'] }),
      login('bank-statement-feed', 'carol', 615, { changed: 30, projects: ['ledger'] }),
      text('psp-api-key', 'admin', 512, { changed: 26, grants: { operators: 'READER' } }),
      text('webhook-signing-secret', 'alice', 140, { projects: ['gateway'] }),
      publicText('merchant-id', 'carol', 903),
      text('card-vault-token', 'admin', 66, { storePassword: true }),
      file('acquirer-client-cert', 'admin', 377, { grants: { operators: 'WRITER' } }),
      file('ledger-export-key', 'carol', 19, { projects: ['ledger'], grants: { reviewers: 'WRITER' } }),
    ],
  },

  research: {
    visibility: 'PRIVATE',
    owner: 'carol',
    teams: {
      default: defaultTeam('carol'),
      lab: { description: 'Trying things out', members: { carol: 'OWNER', bob: 'MEMBER' } },
    },
    projects: {
      forecasts: {
        description: 'What will be bought next week',
        visibility: 'PRIVATE',
        owner: 'carol',
        age: 210,
        grants: { lab: 'WRITER' },
        repositories: [['models', ssh('research/forecasts'), 'main', undefined, 'lab-git-key']],
      },
    },
    secrets: [
      pair('lab-git-key', 'carol', 205, { projects: ['forecasts'], grants: { lab: 'READER' } }),
      pair('gpu-host-key', 'carol', 118),
      login('notebook-server', 'bob', 96, { grants: { lab: 'WRITER' } }),
      login('dataset-mirror', 'carol', 201, { changed: 3 }),
      text('model-registry-token', 'carol', 160, { projects: ['forecasts'] }),
      text('survey-api-key', 'carol', 28, { grants: { lab: 'OWNER' } }),
      text('embargoed-results-key', 'carol', 12, { storePassword: true }),
      publicText('citation-index-id', 'bob', 188),
      file('cluster-keytab', 'carol', 84, { grants: { lab: 'READER' } }),
      publicFile('dataset-licence', 'carol', 205),
      file('survey-export-profile', 'carol', 2),
    ],
  },
}
