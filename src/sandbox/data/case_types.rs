//! The kinds of waste that the stand-in's cases report, as one table.
//!
//! Made up, but shaped like what FinOps teams find; WIV publishes no such list.
//! `{…}` in a template is filled in by `cases`.

use crate::sandbox::calendar::Moment;

pub(crate) struct CaseType {
    pub(crate) name: &'static str,
    pub(crate) provider: &'static str,
    pub(crate) service: &'static str,
    pub(crate) service_group: &'static str,
    /// One of these; a single one where the fix is always the same.
    pub(crate) efforts: &'static [&'static str],
    /// Whole units of the account's currency, least and most.
    pub(crate) yearly: (i64, i64),
    /// How common the type is among its provider's.
    pub(crate) weight: u32,
    /// No case of this type is older.
    pub(crate) first_seen: Moment,
    pub(crate) resource: &'static str,
    pub(crate) criteria: &'static str,
}

const LOW: &[&str] = &["Low"];
const MEDIUM: &[&str] = &["Medium"];
const HIGH: &[&str] = &["High"];
const LOW_OR_MEDIUM: &[&str] = &["Low", "Medium"];
const ANY_EFFORT: &[&str] = &["Low", "Medium", "High"];

const LONG_AGO: Moment = Moment::utc((2025, 12, 1), 0, 0);
/// Three types appear in November 2026: "which types are new this month" has an answer.
const NOVEMBER: Moment = Moment::utc((2026, 11, 2), 6, 0);

/// Columns: name; provider; service; service group; efforts; yearly; weight; first seen;
/// resource; criteria.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
    (i64, i64),
    u32,
    Moment,
    &'static str,
    &'static str,
);

const fn case_type(row: Row) -> CaseType {
    let (
        name,
        provider,
        service,
        service_group,
        efforts,
        yearly,
        weight,
        first_seen,
        resource,
        criteria,
    ) = row;
    CaseType {
        name,
        provider,
        service,
        service_group,
        efforts,
        yearly,
        weight,
        first_seen,
        resource,
        criteria,
    }
}

/// Where a resource has no region.
pub(crate) const GLOBAL: &str = "Global";

impl CaseType {
    /// Commitments belong to an account as a whole.
    pub(crate) fn is_global(&self) -> bool {
        self.service_group == "Commitments"
    }
}

#[rustfmt::skip]
pub(crate) static CASE_TYPES: [CaseType; 36] = [
    case_type(("EC2 Stopped Instances", "AWS", "Amazon EC2", "Compute", LOW, (120, 4_800), 16, LONG_AGO, "i-{hex17}", "Stopped for {days} days while its volumes are still billed")),
    case_type(("EC2 Idle Instances", "AWS", "Amazon EC2", "Compute", LOW_OR_MEDIUM, (400, 18_000), 10, LONG_AGO, "i-{hex17}", "Average CPU {percent}% and network under 5 MB a day over {days} days")),
    case_type(("EC2 Rightsizing", "AWS", "Amazon EC2", "Compute", MEDIUM, (600, 24_000), 9, LONG_AGO, "i-{hex17}", "Peak CPU {percent}% over {days} days: a smaller type of the family is enough")),
    case_type(("EBS Unattached Volumes", "AWS", "Amazon EBS", "Storage", LOW, (30, 3_600), 14, LONG_AGO, "vol-{hex17}", "Not attached to any instance for {days} days")),
    case_type(("EBS gp2 to gp3 Migration", "AWS", "Amazon EBS", "Storage", LOW, (20, 1_800), 9, LONG_AGO, "vol-{hex17}", "gp2 volume that gp3 serves at the same speed for less")),
    case_type(("EBS Old Snapshots", "AWS", "Amazon EBS", "Storage", LOW, (15, 2_400), 7, LONG_AGO, "snap-{hex17}", "Snapshot of a volume that was deleted {days} days ago")),
    case_type(("RDS Idle Instances", "AWS", "Amazon RDS", "Database", MEDIUM, (900, 26_000), 5, LONG_AGO, "arn:aws:rds:{region}:{account}:db:{word}-{hex4}", "No connection for {days} days")),
    case_type(("RDS Rightsizing", "AWS", "Amazon RDS", "Database", HIGH, (1_200, 38_000), 6, LONG_AGO, "arn:aws:rds:{region}:{account}:db:{word}-{hex4}", "Peak CPU {percent}% and memory half free over {days} days")),
    case_type(("S3 Buckets Without Lifecycle Policy", "AWS", "Amazon S3", "Storage", MEDIUM, (60, 14_000), 6, LONG_AGO, "arn:aws:s3:::{word}-{env}-{hex6}", "No lifecycle rule and {percent}% of objects not read for {days} days")),
    case_type(("S3 Incomplete Multipart Uploads", "AWS", "Amazon S3", "Storage", LOW, (5, 900), 4, LONG_AGO, "arn:aws:s3:::{word}-{env}-{hex6}", "Parts of uploads that were never completed, oldest {days} days")),
    case_type(("Idle Load Balancers", "AWS", "Elastic Load Balancing", "Network", LOW, (190, 1_400), 6, LONG_AGO, "arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/app/{word}-{env}/{hex16}", "No healthy target and no request for {days} days")),
    case_type(("Idle NAT Gateways", "AWS", "Amazon VPC", "Network", MEDIUM, (380, 5_200), 4, LONG_AGO, "nat-{hex17}", "Less than 1 GB passed in {days} days")),
    case_type(("Unassociated Elastic IPs", "AWS", "Amazon VPC", "Network", LOW, (43, 90), 5, LONG_AGO, "eipalloc-{hex17}", "Not associated with anything for {days} days")),
    case_type(("Lambda Oversized Memory", "AWS", "AWS Lambda", "Compute", LOW_OR_MEDIUM, (20, 2_600), 4, LONG_AGO, "arn:aws:lambda:{region}:{account}:function:{word}-{env}-{hex4}", "Uses {percent}% of its memory at peak over {days} days")),
    case_type(("DynamoDB Overprovisioned Capacity", "AWS", "Amazon DynamoDB", "Database", MEDIUM, (200, 9_000), 4, LONG_AGO, "arn:aws:dynamodb:{region}:{account}:table/{word}-{env}-{hex4}", "Consumes {percent}% of its provisioned capacity over {days} days")),
    case_type(("CloudWatch Logs Without Retention", "AWS", "Amazon CloudWatch", "Management", LOW, (30, 4_000), 4, LONG_AGO, "arn:aws:logs:{region}:{account}:log-group:/aws/{word}/{env}-{hex4}", "Logs are never deleted; oldest event {days} days")),
    case_type(("ElastiCache Idle Clusters", "AWS", "Amazon ElastiCache", "Database", MEDIUM, (600, 12_000), 3, LONG_AGO, "arn:aws:elasticache:{region}:{account}:cluster:{word}-{hex4}", "No command for {days} days")),
    case_type(("Savings Plan Coverage Gap", "AWS", "AWS Savings Plans", "Commitments", HIGH, (8_000, 140_000), 2, LONG_AGO, "arn:aws:savingsplans::{account}:recommendation/{hex12}", "{percent}% of steady compute is paid on demand over {days} days")),
    case_type(("EKS Extended Support Clusters", "AWS", "Amazon EKS", "Containers", HIGH, (3_000, 8_800), 3, NOVEMBER, "arn:aws:eks:{region}:{account}:cluster/{word}-{env}-{hex4}", "Kubernetes version past standard support for {days} days")),
    case_type(("Bedrock Idle Provisioned Throughput", "AWS", "Amazon Bedrock", "Machine Learning", MEDIUM, (12_000, 60_000), 2, NOVEMBER, "arn:aws:bedrock:{region}:{account}:provisioned-model/{hex12}", "Less than {percent}% of provisioned throughput used in {days} days")),
    case_type(("Azure Unattached Disks", "Azure", "Azure Managed Disks", "Storage", ANY_EFFORT, (60, 4_200), 14, LONG_AGO, "/subscriptions/{account}/resourceGroups/rg-{word}-{env}/providers/Microsoft.Compute/disks/disk-{word}-{hex6}", "Disk state is Unattached for {days} days")),
    case_type(("Azure Idle Virtual Machines", "Azure", "Azure Virtual Machines", "Compute", LOW_OR_MEDIUM, (400, 16_000), 9, LONG_AGO, "/subscriptions/{account}/resourceGroups/rg-{word}-{env}/providers/Microsoft.Compute/virtualMachines/vm-{word}-{hex6}", "Average CPU {percent}% over {days} days")),
    case_type(("Azure VM Rightsizing", "Azure", "Azure Virtual Machines", "Compute", MEDIUM, (500, 21_000), 8, LONG_AGO, "/subscriptions/{account}/resourceGroups/rg-{word}-{env}/providers/Microsoft.Compute/virtualMachines/vm-{word}-{hex6}", "Peak CPU {percent}% over {days} days")),
    case_type(("Azure SQL Rightsizing", "Azure", "Azure SQL Database", "Database", HIGH, (900, 28_000), 6, LONG_AGO, "/subscriptions/{account}/resourceGroups/rg-{word}-{env}/providers/Microsoft.Sql/servers/sql-{word}/databases/{word}-{hex4}", "Peak DTU {percent}% over {days} days")),
    case_type(("Azure Idle App Service Plans", "Azure", "Azure App Service", "Compute", LOW, (150, 5_400), 5, LONG_AGO, "/subscriptions/{account}/resourceGroups/rg-{word}-{env}/providers/Microsoft.Web/serverfarms/plan-{word}-{hex6}", "No app deployed to the plan for {days} days")),
    case_type(("Azure Unassociated Public IPs", "Azure", "Azure Virtual Network", "Network", LOW, (40, 95), 5, LONG_AGO, "/subscriptions/{account}/resourceGroups/rg-{word}-{env}/providers/Microsoft.Network/publicIPAddresses/pip-{word}-{hex6}", "Not associated with anything for {days} days")),
    case_type(("Azure Old Snapshots", "Azure", "Azure Managed Disks", "Storage", LOW, (15, 1_900), 5, LONG_AGO, "/subscriptions/{account}/resourceGroups/rg-{word}-{env}/providers/Microsoft.Compute/snapshots/snap-{word}-{hex6}", "Snapshot older than {days} days whose disk is gone")),
    case_type(("Azure Hybrid Benefit Not Used", "Azure", "Azure Virtual Machines", "Compute", LOW, (300, 6_500), 4, LONG_AGO, "/subscriptions/{account}/resourceGroups/rg-{word}-{env}/providers/Microsoft.Compute/virtualMachines/vm-{word}-{hex6}", "Windows is paid by the hour while licences are free")),
    case_type(("Azure Reservation Coverage Gap", "Azure", "Azure Reservations", "Commitments", HIGH, (6_000, 95_000), 2, LONG_AGO, "/subscriptions/{account}/providers/Microsoft.Capacity/recommendations/{hex12}", "{percent}% of steady compute is not reserved over {days} days")),
    case_type(("Azure Log Analytics Overcollection", "Azure", "Azure Monitor", "Management", MEDIUM, (400, 11_000), 3, NOVEMBER, "/subscriptions/{account}/resourceGroups/rg-{word}-{env}/providers/Microsoft.OperationalInsights/workspaces/log-{word}-{hex6}", "{percent}% of collected tables not queried for {days} days")),
    case_type(("GCP Idle VM Instances", "GCP", "Compute Engine", "Compute", LOW_OR_MEDIUM, (300, 14_000), 9, LONG_AGO, "projects/{account}/zones/{region}-b/instances/{word}-{env}-{hex4}", "Average CPU {percent}% over {days} days")),
    case_type(("GCP Unattached Persistent Disks", "GCP", "Compute Engine", "Storage", LOW, (25, 3_000), 9, LONG_AGO, "projects/{account}/zones/{region}-b/disks/{word}-{env}-{hex4}", "Not attached to any instance for {days} days")),
    case_type(("GCP Idle Cloud SQL Instances", "GCP", "Cloud SQL", "Database", MEDIUM, (700, 17_000), 5, LONG_AGO, "projects/{account}/instances/{word}-{env}-{hex4}", "No connection for {days} days")),
    case_type(("BigQuery Unpartitioned Tables", "GCP", "BigQuery", "Analytics", HIGH, (500, 32_000), 5, LONG_AGO, "projects/{account}/datasets/{word}/tables/{word}_{hex6}", "Full scans of a table without partitions, {percent}% of bytes avoidable")),
    case_type(("GCS Buckets Without Lifecycle Rules", "GCP", "Cloud Storage", "Storage", MEDIUM, (50, 8_000), 5, LONG_AGO, "projects/_/buckets/{word}-{env}-{hex6}", "No lifecycle rule and {percent}% of objects not read for {days} days")),
    case_type(("Committed Use Coverage Gap", "GCP", "Committed Use Discounts", "Commitments", HIGH, (5_000, 80_000), 2, LONG_AGO, "projects/{account}/commitments/recommendation-{hex12}", "{percent}% of steady compute is not committed over {days} days")),
];
